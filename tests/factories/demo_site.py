"""A small site for tests over HTTP: an ebook in two languages, a webinar, a coupon, and every type of field."""

from textwrap import dedent, indent

from tests.factories.pages import BRAND, png

GUIDE = dedent(
    """\
    slug: guide
    locale: en
    default: true
    seo: {title: The guide, description: Eight pages about tea}
    offer: {kind: ebook, title: The guide, file: Průvodce čajem.pdf, max_downloads: 2}
    form:
      submit_label: Send me the guide
      consents: [newsletter, product_offers, behaviour_tracking]
      fields:
        - {key: email, type: email, label: Email, required: true}
        - {key: first_name, type: text, label: First name}
        - {key: company, type: text, label: Company}
        - {key: sites, type: select, label: Houses, options: ["1", "2-5", "6-20"]}
    blocks:
      - {id: top, type: hero, heading: The guide, cta: {label: Get it, target: "#form"}}
      - {id: form, type: form, heading: Where to}
      - {id: end, type: footer}
    """
)
GUIDE_VI = (
    GUIDE.replace("locale: en\ndefault: true", "locale: vi")
    .replace("title: The guide", "title: Cẩm nang trà")
    .replace("heading: The guide", "heading: Cẩm nang trà")
)
TALK = dedent(
    """\
    slug: talk
    locale: en
    default: true
    seo: {title: The talk, description: An hour about tea}
    offer:
      kind: webinar
      title: The talk
      starts_at: 2027-03-18 10:00
      ends_at: 2027-03-18 11:00
      zone: Europe/Prague
      online_url: https://live.tea.example/talk
    form:
      submit_label: Save my seat
      fields: [{key: email, type: email, label: Email, required: true}]
    blocks:
      - {id: top, type: hero, heading: The talk}
      - {id: form, type: form}
      - {id: end, type: footer}
    """
)
CODE = dedent(
    """\
    slug: code
    locale: en
    default: true
    seo: {title: A code, description: Fifteen per cent off}
    offer: {kind: coupon, title: Fifteen off, pool: spring}
    form:
      submit_label: Send me my code
      fields: [{key: email, type: email, label: Email, required: true}]
    blocks:
      - {id: top, type: hero, heading: A code}
      - {id: form, type: form}
      - {id: end, type: footer}
    """
)
_EVERY_FIELD = """\
- {key: email, type: email, label: Email, required: true}
- {key: name, type: text, label: Name, max_length: 40}
- {key: note, type: long_text, label: Note, max_length: 300}
- {key: phone, type: phone, label: Phone, region: CZ}
- {key: seats, type: number, label: Seats, min: 1, max: 20}
- {key: day, type: date, label: Day}
- {key: role, type: select, label: Role, options: [owner, buyer]}
- {key: size, type: radio, label: Size, options: [small, large]}
- {key: rules, type: checkbox, label: I have read the rules}
- {key: teas, type: multi_select, label: Teas, options: [green, black, white]}
- {key: country, type: country, label: Country}
- {key: shelf, type: hidden, default: A7}
"""
EVERY = dedent(
    """\
    slug: every
    locale: en
    default: true
    seo: {title: Every field, description: All there are}
    offer: {kind: ebook, title: The guide, file: Průvodce čajem.pdf}
    form:
      submit_label: Go on
      consents: [newsletter, product_offers]
      fields:
    FIELDS
    blocks:
      - {id: top, type: hero, heading: Every field}
      - {id: form, type: form}
      - {id: end, type: footer}
    """
).replace("FIELDS\n", indent(_EVERY_FIELD, "    "))
PURPOSES = dedent(
    """\
    purposes:
      deliver_offer: {kind: request, version: "1", wording: {en: {label: Delivery}, vi: {label: Giao}}}
    """
) + "".join(
    f"""\
  {key}:
    kind: consent
    version: "1"
    wording:
      en: {{label: "{english}", notice: About tea, frequency: Monthly, withdraw: One press}}
      vi: {{label: "{vietnamese}", notice: Về trà, frequency: Hàng tháng, withdraw: Một lần bấm}}
"""
    for key, english, vietnamese in (
        ("newsletter", "Yes, the tea letter", "Vâng, bản tin trà"),
        ("product_offers", "Yes, better prices", "Vâng, giá tốt"),
        ("behaviour_tracking", "Yes, measure what I click", "Vâng, đo lường"),
    )
)
SCORING = dedent(
    """\
    limits: {fit: 100, engagement: 100, total: 100}
    rules:
      - id: several-houses
        axis: fit
        match: {fact: answers.sites, in: ["2-5", "6-20"]}
        points: 40
        reason: {en: Runs several houses}
      - id: has-company
        axis: fit
        match: {fact: answers.company, present: true}
        points: 15
        reason: {en: Named a company}
      - id: confirmed
        axis: engagement
        event: confirmed
        points: 25
        reason: {en: Confirmed the address}
      - id: downloaded
        axis: engagement
        event: downloaded
        points: 35
        reason: {en: Downloaded the guide}
    """
)
QUALIFICATION = dedent(
    """\
    bands: {warm: 30, hot: 60, drop_by: 10, hold_days: 14}
    fit: {a: 70, b: 40}
    qualified: {fit: B, engagement: 60}
    """
)
CAMPAIGNS = "campaigns:\n  - key: spring\n    label: Spring\n    match: [{campaign: 'spring*'}]\n"

PAGES = {
    "guide": {"page.en.yaml": GUIDE},
    "guide-vi": {"page.en.yaml": GUIDE, "page.vi.yaml": GUIDE_VI},
    "talk": {"page.en.yaml": TALK},
    "code": {"page.en.yaml": CODE},
    "every": {"page.en.yaml": EVERY},
}
DOCUMENTS = {
    "brand.yaml": BRAND,
    "purposes.yaml": PURPOSES,
    "scoring.yaml": SCORING,
    "qualification.yaml": QUALIFICATION,
    "campaigns.yaml": CAMPAIGNS,
    "privacy.en.md": "# Privacy\n\nWho we are.",
    "privacy.vi.md": "# Riêng tư\n\nChúng tôi là ai.",
}
GUIDE_FILE = b"%PDF-1.4 " + bytes(range(256)) * 8
MEDIA = {"bowl.png": png()}
