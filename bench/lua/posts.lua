-- A different person each time, from 40,000 networks, with the answers of the demo's ebook form.
-- Arguments: the revision's stamp, and a word that tells runs apart.
dofile("report.lua")

local firsts = { "Ann", "Ngoc+Anh", "Ji%C5%99ina", "Peter", "Mai", "Lucie", "Omar", "Thu" }
local houses = { "cafe", "restaurant", "hotel", "office", "shop" }
local roles = { "owner", "manager", "buyer", "barista" }
local stamp, run, number = "", "", 0

function init(arguments)
  stamp, run = arguments[1], arguments[2]
end

function request()
  number = number + 1
  local body = string.format(
    "first_name=%s&email=%s.guest%d%%40example.com&company=Caf%%C3%%A9+No.+%d&business=%s&role=%s"
      .. "&consent.newsletter=yes&gp_ms=%d&gp_ref=&gp_rev=%s",
    firsts[number % #firsts + 1], run, number, number % 977, houses[number % #houses + 1], roles[number % #roles + 1],
    20000 + number % 40000, stamp)
  wrk.headers["X-Forwarded-For"] =
    string.format("100.%d.%d.%d", 64 + number % 60, math.floor(number / 60) % 250, 1 + number % 200)
  return wrk.format("POST", nil, wrk.headers, body)
end
