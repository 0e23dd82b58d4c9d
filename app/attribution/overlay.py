"""Our own list of sources, over the vendored one: AI assistants, video, shopping, mail, Vietnam, the Czech Republic.

Each line: category, name as shown, then hosts and the short names that people write into `utm_source`.
"""

OVERLAY = """
ai       ChatGPT          chatgpt.com chat.openai.com com.openai.chatgpt chatgpt openai
ai       Perplexity       perplexity.ai ai.perplexity.app.android perplexity
ai       Claude           claude.ai com.anthropic.claude claude
ai       Gemini           gemini.google.com bard.google.com com.google.android.apps.bard gemini
ai       Copilot          copilot.microsoft.com m365.cloud.microsoft copilot.com copilot
ai       DeepSeek         chat.deepseek.com deepseek.com deepseek
ai       Grok             grok.com x.ai grok
ai       Meta AI          meta.ai
ai       Mistral          chat.mistral.ai mistral
ai       You.com          you.com
ai       Poe              poe.com
ai       Phind            phind.com
ai       Kimi             kimi.com kimi.moonshot.cn
ai       Qwen             chat.qwen.ai
ai       Doubao           doubao.com
ai       iAsk             iask.ai
ai       NotebookLM       notebooklm.google.com
video    YouTube          youtube.com youtu.be m.youtube.com com.google.android.youtube youtube yt
video    Vimeo            vimeo.com player.vimeo.com vimeo
video    Dailymotion      dailymotion.com dailymotion
video    Twitch           twitch.tv twitch
video    Wistia           wistia.com fast.wistia.net wistia
video    Bilibili         bilibili.com bilibili
video    Netflix          netflix.com
video    Stream.cz        stream.cz
video    FPT Play         fptplay.vn
social   Facebook         facebook.com m.facebook.com l.facebook.com lm.facebook.com messenger.com l.messenger.com \
com.facebook.katana com.facebook.orca facebook fb meta facebook-ads meta-facebook messenger
social   Instagram        instagram.com l.instagram.com com.instagram.android instagram ig insta
social   Threads          threads.net threads.com l.threads.com threads
social   TikTok           tiktok.com vm.tiktok.com com.zhiliaoapp.musically tiktok tiktok-ads
social   LinkedIn         linkedin.com lnkd.in com.linkedin.android linkedin li linkedin-ads
social   Twitter          twitter.com x.com t.co com.twitter.android twitter x
social   Pinterest        pinterest.com pin.it pinterest
social   Reddit           reddit.com redd.it com.reddit.frontpage reddit
social   Snapchat         snapchat.com snapchat
social   Quora            quora.com quora
social   Telegram         telegram.org t.me web.telegram.org org.telegram.messenger telegram
social   WhatsApp         whatsapp.com web.whatsapp.com wa.me com.whatsapp whatsapp
social   Viber            viber.com viber
social   Discord          discord.com discord
social   VK               vk.com vk
social   Zalo             zalo.me chat.zalo.me oa.zalo.me zaloapp.com com.zing.zalo zalo
social   Tinhte           tinhte.vn
social   Voz              voz.vn
social   Lide.cz          lide.cz
social   Mimibazar        mimibazar.cz
shopping Amazon           amazon.com amazon.de amazon.co.uk amazon.fr amazon
shopping eBay             ebay.com ebay.de ebay.co.uk ebay
shopping Etsy             etsy.com etsy
shopping AliExpress       aliexpress.com aliexpress
shopping Google Shopping  shopping.google.com google-shopping
shopping Shopee           shopee.vn shopee.com s.shopee.vn shopee
shopping Tiki             tiki.vn tiki
shopping Lazada           lazada.vn lazada.com s.lazada.vn lazada
shopping Sendo            sendo.vn sendo
shopping WebSosanh        websosanh.vn
shopping Heureka          heureka.cz heureka.sk heureka heureka.group
shopping Zbozi            zbozi.cz zbozi
shopping Glami            glami.cz glami
shopping Favi             favi.cz favi
shopping Hledejceny       hledejceny.cz
shopping Alza             alza.cz
shopping Allegro          allegro.pl allegro.cz allegro
search   Google           google.com com.google.android.googlequicksearchbox google google-ads adwords googleads
search   Bing             bing.com bing bing-ads microsoft-ads
search   DuckDuckGo       duckduckgo.com com.duckduckgo.mobile.android duckduckgo
search   Yahoo!           yahoo.com search.yahoo.com yahoo
search   Yandex           yandex.ru ya.ru yandex.com yandex
search   Baidu            baidu.com baidu
search   Ecosia           ecosia.org ecosia
search   Brave            search.brave.com brave
search   Startpage        startpage.com startpage
search   Qwant            qwant.com qwant
search   Kagi             kagi.com kagi
search   Cốc Cốc          coccoc.com coccoc
search   Seznam           seznam.cz search.seznam.cz seznam sklik
search   Centrum.cz       search.centrum.cz
search   1.cz             1.cz
email    Seznam Mail      email.seznam.cz
email    Centrum Mail     mail.centrum.cz
email    Atlas Mail       mail.atlas.cz
email    Volny Mail       mail.volny.cz
email    Gmail            mail.google.com com.google.android.gm gmail
email    Outlook          outlook.live.com outlook.office.com outlook.office365.com outlook.com \
com.microsoft.office.outlook outlook
email    Proton Mail      mail.proton.me
email    iCloud Mail      icloud.com
email    Zimbra           mail.viettel.com.vn
email    Newsletter       newsletter email e-mail e_mail mail mailing
email    Mailchimp        mailchimp mailchi.mp list-manage.com
email    HubSpot Mail     hs_email hs_automation
email    Brevo            brevo sendinblue
email    Ecomail          ecomail ecomail.cz
sms      SMS              sms
push     Firebase         firebase
other    Seznam           novinky.cz seznamzpravy.cz mapy.cz mapy.com
other    Google           support.google.com docs.google.com drive.google.com meet.google.com calendar.google.com \
classroom.google.com sites.google.com groups.google.com news.google.com maps.google.com accounts.google.com \
translate.google.com play.google.com colab.research.google.com cloud.google.com
other    GitHub           github.com github
other    SourceForge      sourceforge.net
other    Substack         substack.com substack
other    Medium           medium.com
other    Notion           notion.so notion.site
"""
