-- 2,000 visitors from 2,000 addresses, 40 links, 8 browsers, over and over; every request is formatted beforehand.
dofile("report.lua")

local agents = {
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
}
local prepared, place = {}, 0

function init(arguments)
  for visitor = 1, 2000 do
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    headers["User-Agent"] = agents[visitor % #agents + 1]
    headers["X-Forwarded-For"] = string.format("100.%d.%d.7", 64 + math.floor(visitor / 250), visitor % 250)
    local query = string.format("?utm_source=source%d&utm_medium=email&utm_campaign=spring-%d", visitor % 5, visitor % 8)
    prepared[visitor] = wrk.format("GET", wrk.path .. query, headers)
  end
end

function request()
  place = place % #prepared + 1
  return prepared[place]
end
