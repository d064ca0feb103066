"""Titles to fields: every title that the importer claims to know, and who wins where several can serve."""

import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import ConfigError, InputError
from importer.mapping.assignment import as_before
from importer.mapping.column_mapping import map_columns, render
from importer.mapping.decision import Choices
from importer.mapping.title_fields import ALIASES, NEVER, alias, doubtful, in_context, spellings
from importer.models import Row
from importer.normalizer.columns import ColumnMapping
from importer.texts import column_letter, title_key


def mapped(
    titles: Sequence[str], overrides: Mapping[str, str] | None = None, constants: Mapping[str, str] | None = None
) -> ColumnMapping:
    return map_columns(titles, overrides or {}, constants or {}, "ignore")


def field_of(title: str) -> str | None:
    """What a title is with nothing beside it but a column that tells of a person; a middle name needs another part."""
    person = "identifier" if title_key(title) not in IDENTIFIERS else "email"
    fixed = {"¤ other": "last_name" if title_key(title) in MIDDLE_NAMES else person}
    return mapped([title, "¤ other"], fixed).columns[0].field


TITLES = {
    "name": """
        姓名, 名称, 名字, 客户姓名, 客户名称, 联系人, 联系人姓名, 昵称, 聯絡人, 氏名, 名前, お名前, Nombre,
        Nombre completo, Nome, Nome completo, Nom, Nom complet, Name, Vollständiger Name, Nama, Họ và tên, Họ tên,
        이름, ชื่อ, Имя, ФИО, name, Full Name, Nickname""",
    "first_name": "名, Prénom, Vorname, First Name, Given Name, FirstName, first_name",
    "middle_name": "Middle Name, Additional Name, middle_name, MiddleName, Отчество, Segundo nombre",
    "last_name": """
        姓, 氏, Apellidos, Sobrenome, Cognome, Nachname, Фамилия, Last Name, Family Name, LastName, last_name,
        Surname""",
    "email": """
        邮箱, 电子邮箱, 邮件地址, 邮件, 电邮, 信箱, 電子郵件, メール, メールアドレス, Correo, Correo electrónico,
        E-mail, Courriel, Adresse e-mail, E-Mail-Adresse, Surel, 이메일, อีเมล, Почта, Email, email,
        E-mail Address, E-mail 2 Address, Email Address, E-mail 1 - Value, E-mail 2 - Value""",
    "phone_number": """
        手机, 手机号, 手机号码, 电话, 电话号码, 联系电话, 联系方式, 手機, 電話, 電話番号, 携帯電話, Teléfono,
        Móvil, Celular, Telefone, Téléphone, Portable, Telefon, Handy, Mobil, Telepon, Nomor HP, No. HP,
        Số điện thoại, 전화번호, 휴대폰, เบอร์โทร, Телефон, WhatsApp, phone, Phone, phone_number, Phone Number,
        Mobile Phone Number, Mobile, MobilePhone, Mobile Phone, Primary Phone, Home Phone, Business Phone,
        Work Phone, Phone 1 - Value, Phone 2 - Value, Default Address Phone""",
    "identifier": """
        用户标识, 用户ID, 客户ID, 客户编号, 编号, 唯一标识, 会员号, 顧客ID, ID cliente, Kundennummer, External ID,
        User ID, Customer ID, external_id, Unique External ID, Record ID, Contact ID, Id, id, identifier""",
    "avatar_url": "头像, 头像链接, 头像地址, 附件链接, Avatar, Photo, Photo URL, Picture, Image URL, photo, avatar_url",
    "inbox_id": "inbox_id, inbox id, Channel ID",
    "additional_attributes.company_name": """Company, Company Name, Company name, company_name, Organization Name,
        Organization 1 - Name, organization, Account Name, Default Address Company""",
    "additional_attributes.description": "Description, 简介",
    "additional_attributes.social_profiles.twitter": "Twitter, Twitter ID, X (Twitter)",
    "additional_attributes.social_profiles.linkedin": "LinkedIn, LinkedIn URL",
    "additional_attributes.city": "City, city, Default Address City",
    "additional_attributes.country": "Country, country, Country/Region",
    "custom_attributes.plan": "custom_attributes.plan",
}
KNOWN = [(field, title.strip()) for field, titles in TITLES.items() for title in titles.split(",")]
IDENTIFIERS = {title_key(title) for field, title in KNOWN if field == "identifier"}
MIDDLE_NAMES = {title_key(title) for field, title in KNOWN if field == "middle_name"}


@pytest.mark.parametrize(("field", "title"), KNOWN, ids=[f"{field}-{title}" for field, title in KNOWN])
def test_every_title_of_the_sources_is_known(field: str, title: str) -> None:
    """Titles of other products and in other languages need no ``--map``."""
    assert field_of(title) == field


def words(title: str) -> list[str]:
    return re.findall(r"\w+", title)


def without_accents(title: str) -> str:
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", title))


DRESSES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "no accents": without_accents,
    "a colon": lambda title: f"{title}:",
    "a full-width colon": lambda title: f"{title}：",
    "a full stop": lambda title: f"{title}.",
    "a question mark": lambda title: f"{title}?",
    "a star before": lambda title: f"*{title}",
    "a star behind": lambda title: f"{title} *",
    "a note in brackets": lambda title: f"{title} (required)",
    "a Chinese note in brackets": lambda title: f"{title}（必填）",
    "an example in brackets": lambda title: f"{title} [e.g. as in the passport]",
    "wide brackets around": lambda title: f"【{title}】",
    "brackets around": lambda title: f"[{title}]",
    "corners around": lambda title: f"「{title}」",
    "quotes around": lambda title: f'"{title}"',
    "a number": lambda title: f"1. {title}",
    "a number of two": lambda title: f"01 - {title}",
    "a number in parts": lambda title: f"2.1 {title}",
    "a number in brackets": lambda title: f"(1) {title}",
    "a number in a circle": lambda title: f"①{title}",
    "a number behind a sign": lambda title: f"#3 {title}",
    "a Chinese number": lambda title: f"3、{title}",
    "a Chinese numeral": lambda title: f"一、{title}",
    "a letter": lambda title: f"A) {title}",
    "a question's number": lambda title: f"Q2: {title}",
    "snake_case": lambda title: "_".join(words(title)).lower(),
    "UPPER_SNAKE": lambda title: "_".join(words(title)).upper(),
    "kebab-case": lambda title: "-".join(words(title)).lower(),
    "dots": lambda title: ".".join(words(title)).lower(),
    "PascalCase": lambda title: "".join(word[0].upper() + word[1:] for word in words(title)),
    "two lines": lambda title: title.replace(" ", "\n"),
    "no-break spaces": lambda title: title.replace(" ", "\u00a0"),
    "full-width letters": lambda title: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in title),
    "a byte order mark": lambda title: f"\ufeff{title}",
    "an optional column": lambda title: f"{title} - optional",
}
UNLIKE = {"custom_attributes.plan", "X (Twitter)"}
SOURCES = [(field, title) for field, title in KNOWN if title not in UNLIKE]


@pytest.mark.parametrize("dress", DRESSES)
def test_a_title_is_known_in_every_dress(dress: str) -> None:
    """Every title of the sources, as forms, programs and people dress it up."""
    dressed = [(field, DRESSES[dress](title)) for field, title in SOURCES]
    wrong = [(title, field, alias(title)) for field, title in dressed if (alias(title) or (0, ""))[1] != field]
    short = {"名 - optional", "姓 - optional", "氏 - optional"}
    assert [row for row in wrong if row[0] not in short or dress != "an optional column"] == []


LANGUAGES = {
    "nl": "name=Naam,Volledige naam,Klantnaam; first_name=Voornaam; last_name=Achternaam,Familienaam; "
    "middle_name=Tussenvoegsel; email=E-mailadres,Emailadres,E-mailadressen; phone_number=Telefoonnummer,"
    "Mobiel,Mobiel nummer,GSM-nummer,06 Mobiel; identifier=Klantnummer,Klantnr.; company=Bedrijf,"
    "Bedrijfsnaam; city=Woonplaats,Plaats; country=Land",
    "pl": "name=Imię i nazwisko; first_name=Imię; last_name=Nazwisko; email=Adres e-mail; "
    "phone_number=Numer telefonu,Nr tel.,Telefon komórkowy,Komórka; identifier=ID klienta,Nr klienta; "
    "company=Nazwa firmy; city=Miasto; country=Kraj",
    "tr": "name=Ad Soyad,Adı Soyadı,Müşteri Adı Soyadı; first_name=Ad,Adı; last_name=Soyad,SOYADI; email=E-posta,"
    "E-posta Adresi; phone_number=Telefon Numarası,Cep Telefonu,Cep No; identifier=Müşteri No; "
    "company=Şirket,Firma Adı; city=Şehir; country=Ülke",
    "ar": "name=الاسم,الإسم,الاسم الكامل; first_name=الاسم الأول; last_name=اسم العائلة; email=البريد الإلكتروني,"
    "البريد الالكتروني,الايميل; phone_number=رقم الهاتف,الجوال,رقم الجوال; identifier=رقم العميل; "
    "company=الشركة; city=المدينة; country=الدولة",
    "fa": "name=نام و نام خانوادگی; last_name=نام خانوادگی; email=ایمیل,پست الکترونیک; phone_number=شماره موبایل,"
    "تلفن همراه,شماره تلفن; identifier=کد مشتری; company=شرکت; city=شهر; country=کشور",
    "he": "name=שם מלא; first_name=שם פרטי; last_name=שם משפחה; email=דוא״ל,אימייל; phone_number=טלפון,מספר טלפון,"
    "נייד; identifier=מספר לקוח; company=שם החברה; city=עיר; country=מדינה",
    "hi": "name=नाम,पूरा नाम; first_name=पहला नाम; last_name=उपनाम; email=ईमेल,ई-मेल; phone_number=मोबाइल नंबर,फ़ोन; "
    "identifier=ग्राहक आईडी; company=कंपनी; city=शहर; country=देश",
    "bn": "name=নাম,পুরো নাম,সদস্যের নাম; first_name=প্রথম নাম; last_name=শেষ নাম; email=ইমেইল,ই-মেইল; "
    "phone_number=মোবাইল নম্বর,মোবাইল,ফোন; company=প্রতিষ্ঠানের নাম; city=শহর",
    "uk": "name=ПІБ,Ім'я; last_name=Прізвище; middle_name=По батькові; email=Електронна пошта; "
    "phone_number=Номер телефону,Мобільний; identifier=Код клієнта; company=Компанія; city=Місто; "
    "country=Країна",
    "ru": "name=Имя клиента,ФИО; email=Эл. почта,Email клиента; phone_number=Номер моб. телефона,Телефон клиента; "
    "identifier=Номер клиента; company=Фирма; city=Город; country=Страна",
    "el": "name=Ονοματεπώνυμο; last_name=Επώνυμο; email=Διεύθυνση email; phone_number=Αριθμός Τηλεφώνου,Κινητό; "
    "identifier=Κωδικός πελάτη; company=Εταιρεία; city=Πόλη; country=Χώρα",
    "cs": "name=Jméno a příjmení; last_name=Příjmení; email=E-mailová adresa; phone_number=Telefonní číslo,Mobil; "
    "identifier=Číslo zákazníka; company=Společnost; city=Město; country=Země",
    "hu": "name=Név,Teljes név; first_name=Keresztnév; last_name=Vezetéknév; email=E-mail cím; "
    "phone_number=Telefonszám,Mobilszám; identifier=Ügyfélszám; company=Cégnév; city=Város; country=Ország",
    "sv": "name=Namn; first_name=Förnamn; last_name=Efternamn; email=E-post,E-postadress; "
    "phone_number=Telefonnummer,Mobilnummer; identifier=Kundnummer; company=Företag; city=Stad,Ort; "
    "country=Land",
    "da": "name=Navn; first_name=Fornavn; last_name=Efternavn; email=E-mailadresse; phone_number=Tlf. nr.,"
    "Mobilnummer; identifier=Kundenummer; company=Virksomhed,Firmanavn; country=Land",
    "nb": "name=Fullt navn; last_name=Etternavn; email=E-postadresse; phone_number=Tlf,Mobil nr.; company=Bedrift; "
    "city=Poststed",
    "fi": "name=Nimi; first_name=Etunimi; last_name=Sukunimi; email=Sähköposti,Sähköpostiosoite; "
    "phone_number=Puhelinnumero,Matkapuhelin; identifier=Asiakasnumero; company=Yritys; city=Kaupunki; "
    "country=Maa",
    "ro": "name=Nume complet; first_name=Prenume; last_name=Nume de familie; email=Adresa de e-mail; "
    "phone_number=Număr de telefon,Telefon mobil; identifier=Cod client; company=Companie; city=Oraș; "
    "country=Țară",
    "ms": "name=Nama penuh; email=E-mel,Alamat e-mel; phone_number=No. Telefon Bimbit,Nombor telefon; "
    "identifier=No. pelanggan; company=Syarikat; city=Bandar; country=Negara",
    "id": "name=Nama Pelanggan; email=Alamat email; phone_number=No HP,Nomor Handphone,No. WA; "
    "identifier=Kode Pelanggan; company=Nama perusahaan; city=Kota",
    "fil": "name=Pangalan,Buong pangalan; first_name=Unang pangalan; last_name=Apelyido; "
    "phone_number=Numero ng telepono; company=Kumpanya; city=Lungsod; country=Bansa",
    "vi": "name=Tên khách hàng; email=Thư điện tử; phone_number=Số ĐT,Số di động,SĐT khách hàng; identifier=Mã KH; "
    "company=Tên công ty",
    "th": "name=ชื่อ-สกุล; phone_number=หมายเลขโทรศัพท์,มือถือ; identifier=รหัสสมาชิก; company=ชื่อบริษัท",
    "ko": "name=성함; email=메일 주소; phone_number=핸드폰번호; identifier=회원번호; avatar_url=프로필 사진",
    "ja": "name=お客様名; email=Eメールアドレス,ご連絡先メールアドレス; phone_number=携帯,お電話番号; "
    "identifier=お客様番号; company=勤務先; city=市区町村",
    "zh": "name=真实姓名,客户的姓名; email=电子邮件地址; phone_number=手机/电话,联系手机; identifier=客户编码; "
    "company=单位",
    "zh-Hant": "name=客戶姓名; email=電子信箱,電子郵件信箱; phone_number=行動電話,連絡電話; "
    "identifier=客戶代號,會員卡號,識別碼; company=公司名稱; avatar_url=大頭照,頭像連結",
    "es": "name=Nombres,Nombre y apellidos,Nombre del cliente; email=Correos electrónicos,Correo de contacto,"
    "Dirección de correo electrónico; phone_number=Celulares,Móviles,Número de celular,Nº de teléfono,"
    "Teléfono de contacto; identifier=Nº de cliente,Código cliente; company=Razón social; city=Población",
    "pt": "name=Nome do cliente; email=Correio eletrónico,E-mail do cliente; phone_number=Telemóvel,"
    "Telefones celulares,Número do celular; identifier=Código do cliente; company=Organização",
    "fr": "name=Nom et prénom,Votre nom; email=Adresse de messagerie,Adresses e-mail; phone_number=N° de téléphone,"
    "Numéros de téléphone,Tél. portable,Numéro de portable; identifier=N° client; company=Raison sociale",
    "it": "name=Nomi,Nominativo; last_name=Cognomi; email=Indirizzi email,Posta elettronica; "
    "phone_number=Numero di cellulare,Cellulari,Numeri di telefono; identifier=Codice Cliente; "
    "company=Ragione sociale; city=Località",
    "de": "name=Kundenname,Vor- und Nachname; first_name=Vornamen; last_name=Zuname; email=Mailadresse; "
    "phone_number=Rufnummer,Mobilfunknummer,Handynr.; identifier=Kunden-Nr.; company=Firmenname; city=Wohnort",
}
SHORT = {name: f"additional_attributes.{name}" for name in ("city", "country")}
SHORT["company"] = "additional_attributes.company_name"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fields_are_known_in_many_languages(language: str) -> None:
    """Names, addresses, numbers, ids, companies, cities and countries, as lists in the language call them."""
    for part in LANGUAGES[language].split("; "):
        field, titles = part.split("=")
        found = {title: (alias(title) or (0, ""))[1] for title in titles.split(",")}
        assert found == dict.fromkeys(found, SHORT.get(field, field))


NO_FIELDS = """
        No., #, 序号, №, Fax, Fax Number, Business Fax, 传真, Phone (fax), 电话（传真）,
        Notes, Labels, Tags, TAGS, Title, Suffix, Job Title, Web Page, Group Membership,
        E-mail 1 - Label, E-mail 1 - Type, Phone 1 - Label, Phone 1 - Type, Username, User Name, 用户名, Phone Type,
        账号, 手机型号, Email status, Emails opened, Phone verified, File name, Product name, Campaign name, Bank name,
        বাবার নাম, মাতার নাম, অভিভাবকের মোবাইল,
        Order number, Número de pedido, Numéro de commande, Passport No., National ID, Mother's name, Pager, Number,
        Count, Account number, Email domain, 邮箱验证, 电话次数, 产品名称, 联系时间, 客户类型, Tipo de cliente,
        Email Client, 1., A), Q1, Φαξ, رقم الفاكس, פקס, Faks, Company Size, Contact Owner, Emails sent, Phone / Email,
        Name (Company), 联系人/电话, Create Date, Address, row,
        status, error_code, error, hint, http_status, attempts, import_error, custom_attributes."""


@pytest.mark.parametrize("title", [title.strip() for title in NO_FIELDS.split(",")])
def test_other_titles_are_no_fields(title: str) -> None:
    """A running number is no identifier, a fax no phone, and what an earlier import wrote is nothing of a person."""
    assert field_of(title) is None


@pytest.mark.slow
def test_an_alias_means_one_thing() -> None:
    """No title stands in the table twice, in any spelling that is the same, and none is ruled out by NEVER."""
    keys = [title_key(title) for line in ALIASES if not line.product for title in line.titles if "(" not in title]
    assert sorted(keys) == sorted(set(keys))
    assert not [key for key in keys if any(title_key(word) in key for word in NEVER)]


NEAR = {
    "name": "Names, Your name, Customer's Name, 会员姓名, 学生姓名*, 姓名 Name, Name/姓名, 姓名（必填）",
    "first_name": "First Names, Your First Name, 名（必填）, Name (First)",
    "last_name": "Last names, Surnames, Name (Last)",
    "email": """E-Mails, Emails, Email addresses, Emailadresse, E-Mail-Adressen, Correos electrónicos, Courriels,
        Your email, Customer e-mail, Main contact email, Email required, Email (必填), 邮箱 Email, Email/邮箱, 客户邮箱,
        您的邮箱, Email | メール, E-mail ID""",
    "phone_number": """Phone numbers, Phones, Telefonnummern, Tel.-Nr., Telefon-Nr., Handy Nr., Mobile No., Mobile #,
        Phone #, Phone (Contact), Teléfonos, Your phone number, Client phone, 客户电话, 会员手机号, 联系人手机,
        手机号 Phone, Phone/Mobile, Phone\n电话, 座机号码, WhatsApp Nr, Phone Number (optional)""",
    "identifier": "Customer #, Customer IDs, Customer Nr., Kunden-Nr., External IDs, 客户编号（必填）",
    "additional_attributes.company_name": "Companies, Company names, Organisations, 客户公司, 公司/Company",
    "additional_attributes.city": "Cities, Customer city, City / 城市",
    "additional_attributes.country": "Countries, Your country, 国家 Country, Country / 国家",
}
NEAR_MISSES = [(field, title.strip()) for field, titles in NEAR.items() for title in titles.split(",")]


@pytest.mark.parametrize(("field", "title"), NEAR_MISSES, ids=[f"{field}-{title}" for field, title in NEAR_MISSES])
def test_a_title_that_says_the_same_is_known(field: str, title: str) -> None:
    """By rule: plural, words for a number, words that change nothing, a second language; never by likeness."""
    found = alias(title)
    assert found is not None
    assert found[1] == field


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Phone / Email", "email and phone_number"),
        ("Name (Company)", "additional_attributes.company_name and name"),
        ("联系人/电话", "name and phone_number"),
    ],
)
def test_a_title_that_says_two_things_is_reported(title: str, fields: str) -> None:
    """It is used for neither, unless the content or an option decides."""
    (note,) = mapped([title, "id"]).notes
    first = fields.split()[0]
    assert str(note) == f'"{title}" (A) says {fields}: not used; --map "{title}={first}" decides'
    assert mapped([title, "id"], {title: first}).notes == ()
    inferred = map_columns([title, "id"], {}, {}, "ignore", [Row(2, ("a@x.com", "7"))])
    assert (inferred.fields()["email"], inferred.notes) == (0, ())


def test_a_near_miss_stands_behind_the_title_itself() -> None:
    """A word in the way costs a rank."""
    assert mapped(["Your email", "Email"]).sources() == {"email": (1, 0)}
    assert mapped(["Your email", "Email"]).notes == ()


@pytest.mark.slow
@given(st.text())
def test_any_title_is_read(title: str) -> None:
    """No text raises, and no title is both clear and in doubt."""
    assert not (alias(title) and doubtful(title))
    alias("your " * 500 + title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E-mail Address", "email_address"),
        ("E-mail Address", "E-MAIL ADDRESS *"),
        ("Email", "Email (work)"),
        ("手机号", "手机号（必填）"),
        ("手机号", "* 手机号【必填】："),
        ("Email", "\ufeffEmail"),
        ("Email", "Ｅｍａｉｌ"),
        ("Email", " e-mail\u200b "),
        ("Teléfono", "TELEFONO"),
        ("Số điện thoại", "so dien thoai"),
        ("Имя", "ИМЯ"),
        ("Email", "[Email]"),
    ],
)
def test_titles_are_the_same_without_their_dress(one: str, other: str) -> None:
    """Case, accents, punctuation, spaces, a BOM, ``*`` and words in brackets make no difference."""
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("は", "ぱ"), ("ชือ", "ชื่อ"), ("성", "선")])
def test_marks_that_make_another_letter_count(one: str, other: str) -> None:
    """Dakuten, Thai tone marks and Hangul finals are no accents."""
    assert title_key(one) != title_key(other)


FILES = {
    "google": (
        "First Name,Middle Name,Last Name,Nickname,Organization Name,Photo,E-mail 1 - Label,E-mail 1 - Value,"
        "E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value",
        "first_name,middle_name,last_name,,additional_attributes.company_name,avatar_url,,email,,,phone_number,",
    ),
    "google before 2024": (
        "Name,Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name",
        "name,,,email,phone_number,additional_attributes.company_name",
    ),
    "outlook": (
        "First Name,Last Name,Title,E-mail Address,E-mail 2 Address,Primary Phone,Home Phone,Mobile Phone,Business Fax",
        "first_name,last_name,,email,,,,phone_number,",
    ),
    "hubspot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Country/Region",
        "identifier,first_name,last_name,email,,phone_number,additional_attributes.country",
    ),
    "salesforce": (
        "Id,FirstName,LastName,Email,Phone,MobilePhone",
        "identifier,first_name,last_name,email,,phone_number",
    ),
    "zendesk": ("id,name,email,phone,external_id,photo", ",name,email,phone_number,identifier,avatar_url"),
    "freshdesk": ("Name,Email,Work Phone,Mobile Phone,Unique External ID", "name,email,,phone_number,identifier"),
    "shopify": (
        "Customer ID,First Name,Last Name,Email,Default Address Phone,Phone",
        "identifier,first_name,last_name,email,,phone_number",
    ),
    "chatwoot": ("id,name,first_name,last_name,email,phone_number,identifier", ",name,,,email,phone_number,identifier"),
    "this importer's results": (
        "row,status,contact_id,error_code,error,hint,http_status,attempts,inbox_id,name,email,phone_number,identifier",
        ",,,,,,,,inbox_id,name,email,phone_number,identifier",
    ),
    "fields to the letter": ("Mobile,phone_number,Customer ID,identifier", ",phone_number,,identifier"),
    "french": ("Nom,Prénom", "last_name,first_name"),
    "french name alone": ("Nom,Courriel", "name,email"),
    "spanish": ("Nombre,Apellidos", "first_name,last_name"),
    "portuguese": ("Nome,Sobrenome", "first_name,last_name"),
    "italian": ("Cognome,Nome", "last_name,first_name"),
    "german": ("Name,Vorname", "last_name,first_name"),
    "german with all three": ("Name,Vorname,Nachname", "name,,"),
    "german surname only": ("Vorname,Nachname", "first_name,last_name"),
    "chinese": ("姓,名", "last_name,first_name"),
    "japanese": ("氏,名", "last_name,first_name"),
    "russian": ("Имя,Фамилия", "first_name,last_name"),
    "spanish plurals": ("Nombres,Apellidos", "first_name,last_name"),
    "spanish with brackets": ("Nombre(s),Apellido(s)", "first_name,last_name"),
    "spanish of a customer": ("Nombre del cliente,Apellidos del cliente", "first_name,last_name"),
    "french of a form": ("1. Votre nom *,2. Votre prénom *", "last_name,first_name"),
    "dutch": ("Naam,Voornaam", "last_name,first_name"),
    "danish": ("Navn,Efternavn", "first_name,last_name"),
    "swedish": ("Namn,Efternamn", "first_name,last_name"),
    "finnish": ("Nimi,Sukunimi", "first_name,last_name"),
    "romanian": ("Nume,Prenume", "last_name,first_name"),
    "czech": ("Jméno,Příjmení", "first_name,last_name"),
    "turkish": ("İsim,Soyisim", "first_name,last_name"),
    "greek": ("Όνομα,Επώνυμο", "first_name,last_name"),
    "ukrainian": ("Ім'я,Прізвище", "first_name,last_name"),
    "arabic": ("الاسم,اسم العائلة", "first_name,last_name"),
    "hebrew": ("שם,שם משפחה", "first_name,last_name"),
    "persian": ("نام,نام خانوادگی", "first_name,last_name"),
    "nickname beside parts": ("昵称,姓,名", ",last_name,first_name"),
    "nickname beside a name": ("昵称,姓名", ",name"),
}


@pytest.mark.parametrize(("titles", "fields"), FILES.values(), ids=FILES)
def test_files_of_other_products(titles: str, fields: str) -> None:
    """Of several columns the better one serves, and a name is read by what stands beside it."""
    mapping = mapped(titles.split(","))
    serving = [column.field if column.field and not column.place else "" for column in mapping.columns]
    assert serving == fields.split(",")
    assert mapping.notes == ()


STAND_INS = {
    "phones": ("Work Phone,Mobile,Name,Phone,Home Phone", {"phone_number": "Mobile,Phone,Home Phone,Work Phone"}),
    "emails": ("Email 2,Email,Work Email", {"email": "Email,Work Email,Email 2"}),
    "titles to the letter": ("Mobile,phone_number", {"phone_number": "phone_number,Mobile"}),
    "one rank": ("E-mail,邮箱", {"email": "E-mail,邮箱"}),
    "a switchboard stands in for nobody": ("Mobile,Company Phone", {"phone_number": "Mobile"}),
    "a switchboard alone": ("Name,Company Phone", {"name": "Name", "phone_number": "Company Phone"}),
    "numbers of two systems": ("id,external_id", {"identifier": "external_id"}),
    "parts behind a name": ("First Name,Name", {"first_name": "First Name", "name": "Name"}),
    "a nickname behind a name": ("Nickname,Name", {"name": "Name,Nickname"}),
    "companies": (
        "Name,Default Address Company,Company",
        {"additional_attributes.company_name": "Company,Default Address Company"},
    ),
}


@pytest.mark.parametrize(("titles", "sources"), STAND_INS.values(), ids=STAND_INS)
def test_columns_stand_in_for_the_better_one(titles: str, sources: dict[str, str]) -> None:
    """In the order of their ranks, and of one rank from the left; ids and switchboards stand in for nothing."""
    mapping = mapped(titles.split(","))
    found = {field: [mapping.columns[index].title for index in indexes] for field, indexes in mapping.sources().items()}
    for field, expected in sources.items():
        assert [
            title.startswith(start.strip("*")) for title, start in zip(found[field], expected.split(","), strict=True)
        ]


@pytest.mark.parametrize(
    ("titles", "notes"),
    [
        ("Mobile,Phone,Work Phone", ["", 'used where "Mobile" is empty', 'used where "Mobile" and "Phone" are empty']),
        ("Name,First Name", ["", 'used where "Name" is empty']),
        ("Nickname,Last Name,First Name", ['used where "Last Name" and "First Name" are empty', "", ""]),
        ("Nickname,Name,First Name", ['used where "Name" is empty', "", 'used where "Name" is empty']),
    ],
)
def test_a_column_that_stands_in_says_where(titles: str, notes: list[str]) -> None:
    """The mapping that is printed tells which column counts first."""
    columns = mapped(titles.split(",")).columns
    assert [str(column.note or "") for column in columns] == notes
    assert [column.place > 0 for column in columns] == [note != "" for note in notes]


def test_nothing_stands_in_for_what_an_option_says() -> None:
    """``--map`` and ``--set`` are the user's word: the column of the title is left."""
    assert mapped(["Mobile", "Rufnummer"], {"Rufnummer": "phone_number"}).sources() == {"phone_number": (1,)}
    assert mapped(["Name", "Email"], constants={"email": "a@b.example"}).sources() == {"name": (0,)}
    assert mapped(["Nickname", "Vorname"], {"Nickname": "name"}).sources() == {"name": (0,)}


def test_a_column_that_was_passed_over_says_why() -> None:
    """The user sees which column serves instead."""
    mapping = mapped(["Name", "First Name", "id", "External ID", "Email", "import_error"], {"Name": "name"})
    assert [(column.how, str(column.note or "")) for column in mapping.columns] == [
        ("option", ""),
        ("not used", "the full name is used"),
        ("not used", '"External ID" is used for identifier'),
        ("title", ""),
        ("title", ""),
        ("own column", "written by an earlier import"),
    ]


def test_columns_of_one_rank_are_a_warning() -> None:
    """The leftmost serves first, never silently: both titles are named, and the ``--map`` that decides otherwise."""
    mapping = mapped(["E-mail", "Name", "邮箱"])
    assert mapping.fields() == {"email": 0, "name": 1}
    assert [*map(str, mapping.notes)] == [
        '"E-mail" (A) and "邮箱" (C) can both be email: the first is used, the other where it is empty; '
        '--map "邮箱=email" takes the other'
    ]
    assert [*map(str, mapped(["Email", "Email"]).notes)] == [
        '"Email" (A) and "Email#2" (B) can both be email: the first is used, the other where it is empty; '
        '--map "Email#2=email" takes the other'
    ]


def test_an_option_takes_the_field() -> None:
    """``--map`` goes before every title, and finds a title to the letter or in another dress."""
    mapping = mapped(["Email", "Login", "Plan Type", "Mobile"], {"login *": "email", "Mobile": ""})
    assert mapping.titles_to_fields() == {"Login": "email"}
    assert [(column.how, str(column.note or "")) for column in mapping.columns] == [
        ("not used", '"Login" is used for email'),
        ("option", ""),
        ("not used", ""),
        ("dropped", ""),
    ]


def test_a_part_of_a_name_by_option_goes_before_a_full_name_by_title() -> None:
    """What the user says is never passed over for what a title suggests."""
    assert mapped(["Name", "Rufname"], {"Rufname": "first_name"}).titles_to_fields() == {"Rufname": "first_name"}


def test_a_repeated_title_is_told_apart_by_its_number() -> None:
    """``Title#2`` is the second of its title."""
    assert mapped(["Tel", "tel", "Tel"], {"Tel#2": "phone_number"}).fields() == {"phone_number": 2}
    assert mapped(["Tel", "Tel"], {"Tel#1": "phone_number"}).titles_to_fields() == {"Tel": "phone_number"}
    assert mapped(["Tel", "Tel"], {"Tel#2": "phone_number"}).titles_to_fields() == {"Tel#2": "phone_number"}


def test_a_constant_goes_before_every_column() -> None:
    """``--set`` is for every row."""
    mapping = mapped(["Name", "Inbox ID"], constants={"inbox_id": "407"})
    assert mapping.constants == {"inbox_id": "407"}
    assert str(mapping.columns[1].note) == "--set gives inbox_id to every row"
    assert mapping.fields() == {"name": 0}


@pytest.mark.parametrize(
    ("overrides", "constants", "message", "hint"),
    [
        ({"Mobil": "phone_number"}, {}, 'no column "Mobil"', '"Email", "Tel", "Tel"'),
        ({"Email": "mail"}, {}, 'no field "mail"', "did you mean email?"),
        ({"Email": "custom_attributes."}, {}, "no field", "custom_attributes.KEY"),
        ({"Email": "name", "Tel#1": "name"}, {}, "another --map gives name", "once"),
        ({"Email": "name", "e-mail": "email"}, {}, "has a --map already", "once"),
        ({"Tel": "phone_number"}, {}, "columns B, C are all titled", '"Tel#1"'),
        ({"Tel#3": "phone_number"}, {}, 'no column "Tel#3"', '"Tel"'),
        ({}, {"phone": "+123456789"}, 'no field "phone"', "did you mean phone_number?"),
        ({}, {"name": " "}, "no value", "--set name=VALUE"),
    ],
)
def test_a_wrong_option_is_refused(
    overrides: dict[str, str], constants: dict[str, str], message: str, hint: str
) -> None:
    """The message names the option, the hint what would be right."""
    with pytest.raises(ConfigError) as caught:
        mapped(["Email", "Tel", "Tel"], overrides, constants)
    assert message in str(caught.value)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("titles", [["Alice", "+8613800138000"], ["Alice", "City"], ["Alice", "", "import_error"]])
@pytest.mark.parametrize("extra", ["ignore", "custom"])
def test_a_file_without_a_person_is_refused(titles: list[str], extra: str) -> None:
    """Without a name, email, phone number or identifier there is nobody to import; the hint uses a real title."""
    with pytest.raises(InputError) as caught:
        map_columns(titles, {}, {}, "custom" if extra == "custom" else "ignore")
    assert all(f'"{title}"' in str(caught.value) for title in titles if title)
    assert '--map "Alice=email"' in str(caught.value.hint)


def test_other_columns_can_become_custom_attributes() -> None:
    """Keys are in snake_case and unique; an untitled column and the importer's own stay out.

    A column that stands in has one for the rows where it does not.
    """
    titles = ["Email", "Plan Type", "plan-type", "PlanType", "套餐", "#", "", "import_error", "E-mail 2 - Value"]
    mapping = map_columns(titles, {"Plan Type": "custom_attributes.plan"}, {}, "custom")
    assert [column.field for column in mapping.columns] == [
        "email",
        "custom_attributes.plan",
        "custom_attributes.plan_type",
        "custom_attributes.plan_type_2",
        "custom_attributes.套餐",
        "custom_attributes.column_f",
        None,
        None,
        "email",
    ]
    assert [column.spare for column in mapping.columns] == [None] * 8 + ["custom_attributes.e_mail_2_value"]


@pytest.mark.parametrize(
    ("title", "cells", "field"),
    [
        ("ID", ["1", "2", "3"], None),
        ("编号", ["0", "1"], None),
        ("ID", ["1", "3"], "identifier"),
        ("ID", ["1"], "identifier"),
        ("identifier", ["1", "2", "3"], "identifier"),
    ],
)
def test_a_running_number_is_no_identifier(title: str, cells: list[str], field: str | None) -> None:
    """A column that merely counts says nothing of a person, unless it is titled as the field itself."""
    sample = [Row(number, (cell, "Ann")) for number, cell in enumerate(cells, 2)]
    column = map_columns([title, "Name"], {}, {}, "ignore", sample).columns[0]
    assert (column.field, str(column.note or "")) == (field, "" if field else "merely counts the rows")


@pytest.mark.parametrize("title", ["No/", "Row num", "编号 No/", "Nr. num."])
def test_a_number_of_nothing_is_a_phone_number_by_its_cells_alone(title: str) -> None:
    """However many words say so: the numbers of rows stand under such titles too."""
    people = [Row(number, (cell, "Ann")) for number, cell in enumerate(("3", "4", "10"), 2)]
    assert map_columns([title, "Name"], {}, {}, "ignore", people).columns[0].field is None
    people = [Row(number, (cell, "Ann")) for number, cell in enumerate(("+442079460958", "+442079460959"), 2)]
    assert map_columns([title, "Name"], {}, {}, "ignore", people).columns[0].field == "phone_number"


@pytest.mark.parametrize(
    ("title", "cells", "note"),
    [
        ("Customer ID", ["7"], True),
        ("编号", ["3", "8", "21"], True),
        ("ID", ["1", "2"], True),
        ("Customer ID", ["C-7", "C-9"], False),
        ("Customer ID", ["007", "009"], False),
        ("ID", ["12345678901"], False),
        ("ID", ["9", "3"], False),
        ("identifier", ["1", "2"], False),
    ],
)
def test_an_identifier_of_an_errors_file_is_believed(title: str, cells: list[str], note: bool) -> None:
    """Some rows do not tell whether all of them counted: none is lost in silence, and what may count is said."""
    sample = [Row(number, (cell, "Ann", "bad")) for number, cell in enumerate(cells, 2)]
    mapping = map_columns([title, "Name", "import_error"], {}, {}, "ignore", sample)
    said = f'"{title}" (A) may be a running number: used for identifier; --map "{title}=" leaves it out'
    assert mapping.fields()["identifier"] == 0
    assert [*map(str, mapping.notes)] == ([said] if note else [])


CODES = {
    "plain title": ("Dial code", ["49", "1"], "phone_country"),
    "no cells": ("Calling Code", ["", ""], "phone_country"),
    "a form's": ("国番号（必須）", ["81", "+82"], "phone_country"),
    "a country code that is one": ("Country Code", ["+49", "0043"], "phone_country"),
    "digits": ("国家代码", ["86", "852"], "phone_country"),
    "a code that is none among them": ("Country Code", ["+49", "43", "999"], "phone_country"),
    "a code with an area": ("Country Code", ["+1-242", "+1 (809)", "1"], "phone_country"),
    "two letters": ("Country Code", ["49", "AT"], "additional_attributes.country_code"),
    "letters": ("Country Code", ["DE", "AT"], "additional_attributes.country_code"),
    "of both kinds": ("Country Code", ["DE", "+43"], "additional_attributes.country_code"),
    "numbers of ISO 3166": ("Country Code", ["840", "276"], "additional_attributes.country_code"),
    "a country": ("Country", ["+49", "+1"], "phone_country"),
    "numbers of a list": ("Country", ["49", "1"], "additional_attributes.country"),
    "behind a plus": ("Vorwahl", ["+49", "0043"], "phone_country"),
    "an area": ("Vorwahl", ["030", "089"], None),
    "an area without its zero": ("区号", ["20", "21"], None),
    "China's": ("区号", ["86", "+852"], "phone_country"),
    "no area": ("Indicatif", ["", ""], None),
}


@pytest.mark.parametrize(("title", "cells", "field"), CODES.values(), ids=CODES)
def test_a_column_of_calling_codes_is_told(title: str, cells: list[str], field: str | None) -> None:
    """It says how phone numbers are read and is not sent; a word for an area code needs ``+`` or ``00``."""
    sample = [Row(number, (cell, "13800138000")) for number, cell in enumerate(cells, 2)]
    column = map_columns([title, "Phone"], {}, {}, "ignore", sample).columns[0]
    note = "" if field else "no calling codes of countries, such as +49"
    assert (column.field, str(column.note or "")) == (field, note)


def test_an_option_names_the_column_of_calling_codes() -> None:
    """``phone_country`` is a field as others are."""
    assert mapped(["Prefix", "Phone"], {"Prefix": "phone_country"}).fields() == {"phone_country": 0, "phone_number": 1}


def test_a_name_is_read_by_its_neighbours_in_any_dress() -> None:
    """Plural, numbers and idle words do not hide what stands beside a title."""
    beside = spellings("2. Apellidos *") | spellings("Email")
    assert in_context("1. Nombres", beside) == "first_name"
    assert in_context("Company", beside) is None


def test_the_mapping_is_shown_in_aligned_lines() -> None:
    """Letter, title, field, how; Chinese characters take two columns, and no control character reaches a terminal."""
    mapping = mapped(["姓名", "E-mail", "Fax\x1b[2J", "", "手机"], {"手机": "phone_number"}, {"inbox_id": "407"})
    assert render(mapping) == [
        "A  姓名        name",
        "B  E-mail      email",
        "C  Fax [2J     not used",
        "D  (no title)  not used",
        "E  手机        phone_number  option",
        "               inbox_id      --set: 407",
    ]


def test_the_ids_of_a_file_with_ids_are_shown_as_what_they_are() -> None:
    """They are used, though never sent; those of a file that tells nobody by them are not."""
    assert render(mapped(["contact_id", "import_status", "Email"]))[0] == (
        "A  contact_id     LiveDesk's id  tells who the person is; never sent"
    )
    results = ["row", "status", "contact_id", "error_code", "Email"]
    assert render(mapped(results))[2].split()[2:4] == ["not", "used"]


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_are_lettered_as_in_a_spreadsheet(index: int, letter: str) -> None:
    """XFD is the last column of an Excel sheet."""
    assert column_letter(index) == letter


@pytest.mark.slow
def test_importing_the_mapping_is_cheap() -> None:
    """The libraries for phone numbers and addresses load with the normalizer, not with the mapping."""
    heavy = "'phonenumbers' in sys.modules or 'email_validator' in sys.modules"
    code = f"import sys; sys.path[:] = {sys.path!r}; import importer.mapping.column_mapping; sys.exit({heavy})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "title",
    [
        *("Manager Email", "Created by", "Sales rep", "Emergency Contact Phone", "Spouse Phone", "Parent Email"),
        *("负责人邮箱", "推荐人手机", "家长手机", "销售电话", "Company Logo"),
    ],
)
def test_what_is_somebody_else_s_is_not_the_customer_s(title: str) -> None:
    """Not by its title, and not by its cells."""
    cells = ["a1@example.com", "+8613800138001", "https://x.org/a.png"]
    for cell in cells:
        sample = [Row(n, (f"Ann {n}", cell.replace("1", str(n)))) for n in range(2, 9)]
        assert map_columns(["Name", title], {}, {}, "ignore", sample).titles_to_fields() == {"Name": "name"}


@pytest.mark.parametrize(
    ("titles", "used"),
    [
        (["Name", "Mobile 1", "Mobile 2"], ["Mobile 1", "Mobile 2"]),
        (["姓名", "手机1", "手机2"], ["手机1", "手机2"]),
        (["Name", "Tel 2", "Tel 1"], ["Tel 1", "Tel 2"]),
        (["Name", "Mobil privat", "Telefon"], ["Mobil privat", "Telefon"]),
    ],
)
def test_one_of_several_numbers_stands_behind_the_other(titles: list[str], used: list[str]) -> None:
    """The first serves, the next stands in where it is empty; a mobile number goes before a general one."""
    mapping = map_columns(titles, {}, {}, "ignore")
    assert [titles[index] for index in mapping.sources()["phone_number"]] == used


@pytest.mark.parametrize("ours", ["import_error", "import_row", "import_status", "row,status,error_code"])
def test_contact_id_is_ours_in_our_own_files_alone(ours: str) -> None:
    """There it is the desk's number; in any other file it is the export's id."""
    assert mapped(["contact_id", "Name"]).fields() == {"identifier": 0, "name": 1}
    column = mapped(["contact_id", "Name", *ours.split(",")]).columns[0]
    assert (column.field, column.how) == (None, "own column")


def test_an_errors_file_has_the_columns_of_the_file_it_comes_from() -> None:
    """What that run did not use stays unused, what says nothing keeps its field, and an option goes before both."""
    titles = ["id", "Column B", "Adr", "Email", "import_error"]
    before = {"Column B": "name", "Adr": "phone_number", "Email": "email"}
    overrides = {"Adr": "custom_attributes.adr", "id": "", "Column B": "name"}
    assert as_before(titles, before, {"Adr": "custom_attributes.adr"}) == (overrides, {})


def test_an_address_that_a_company_shares_is_no_colleagues_in_an_errors_file_either() -> None:
    """The cells tell again: a --map would make it everybody's."""
    titles = ["Company", "Company_Email", "Contact_Name", "import_error"]
    made = as_before(titles, {"Company_Email": "email", "Contact_Name": "name"}, {})
    rows = [Row(2, ("Acme", "info@x.org", "Ann Lee", "")), Row(3, ("Acme", "info@x.org", "Bob Ray", ""))]
    choices = Choices(behind=made.behind)
    found = map_columns(titles, made.overrides, {}, "ignore", rows, choices)
    assert [column.person > 0 for column in found.columns if column.field == "email"] == [True]


@pytest.mark.parametrize(
    ("before", "overrides", "behind"),
    [
        pytest.param({"Xa": "phone_number"}, {"Xa": "phone_number"}, {}, id="the only one of its field"),
        pytest.param({"Xa": "phone_number", "Mobil": "phone_number"}, {}, {0: "phone_number"}, id="one of two"),
        pytest.param({"Xa": "email", "Xb": "email"}, {}, {0: "email", 1: "email"}, id="neither title says anything"),
        pytest.param({"Xa": "name", "Vorname": "first_name"}, {}, {0: "name"}, id="a name beside its parts"),
        pytest.param({"Xa": "last_name", "Vorname": "first_name"}, {"Xa": "last_name"}, {}, id="two parts"),
    ],
)
def test_of_several_columns_with_one_field_none_shuts_out_the_others(
    before: dict[str, str], overrides: dict[str, str], behind: dict[int, str]
) -> None:
    """A --map would: nothing stands in for what the user named."""
    made = as_before(["Xa", "Xb", "Vorname", "Mobil", "import_error"], before, {})
    assert ({title: field for title, field in made.overrides.items() if field}, made.behind) == (overrides, behind)


def test_an_export_keeps_its_own_contact_id_beside_ours() -> None:
    """Ours is the one before the status; the other tells who somebody is in the export."""
    found = mapped(["contact_id", "Name", "contact_id", "import_status"])
    assert (found.fields(), found.id_column()) == ({"identifier": 0, "name": 1}, 2)


@pytest.mark.parametrize(
    ("titles", "overrides", "column"),
    [
        (["Name", "contact_id", "import_status"], {}, 1),
        (["Name", "contact_id", "import_status", "import_error"], {}, 1),
        (["Name", "contact_id", "import_error"], {}, None),
        (["Name", "Email", "contact_id"], {}, None),
        (["Name", "Email", "import_status"], {}, None),
        (["Name", "Contact ID", "import_status"], {}, None),
        (["Name", "contact_id", "import_status"], {"contact_id": ""}, None),
        (["Name", "contact_id", "import_status"], {"contact_id": "identifier"}, None),
    ],
)
def test_the_ids_of_a_file_with_ids_are_livedesks_own(
    titles: list[str], overrides: dict[str, str], column: int | None
) -> None:
    """Both titles to the letter, and no option that says otherwise; neither is a field of the contact."""
    found = map_columns(titles, overrides, {}, "custom")
    assert found.id_column() == column
    if column is not None:
        assert {*found.titles_to_fields().values()} == {"name"}
