"""Which column titles mean which field: a table of the titles that products and people write.

A line of the table is a field, a rank and titles. Where several columns of a file can serve one field, the one with
the lowest rank does, and the others stand in where its cell is empty: a mobile number goes before a general one, and
that before one at work; the first e-mail address goes before the second. ``title_fields.alias`` compares titles
without case, accents, punctuation, spaces, plurals and words that change nothing, so one spelling stands for all.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from importer.livedesk.contact import ADDITIONAL, CITY, COMPANY, COUNTRY, COUNTRY_CODE, SOCIAL_PROFILES
from importer.message import Message
from importer.normalizer.columns import PHONE_COUNTRY
from importer.titles import ERROR_TITLE

WEAK_NAME: Final = 5
"""From this rank on a title of ``name`` is a stopgap (a nickname), and first and last name go before it."""

COMPANY_RANK: Final = 9
"""From this rank on a column is the last resort, and stands in for no other: a switchboard is many people's."""

AREA_RANK: Final = 2
"""From this rank on a title of ``PHONE_COUNTRY`` may as well mean an area code: the cells decide."""

Titles: TypeAlias = tuple[str, int, tuple[str, ...]]
"""A field, a rank and the titles that mean the field."""


def _read(table: str) -> Iterator[Titles]:
    """The lines of a table, of which an indented one continues the one above it."""
    for line in re.sub(r"\n +", " ", table).splitlines():
        head, _, titles = line.partition(": ")
        field, _, rank = head.partition(" ")
        yield field, int(rank), tuple(titles.split("; "))


_TABLE: Final = f"""\
inbox_id 0: inbox_id; Channel ID; 渠道ID; 收件箱ID
name 0: Full Name; Name; Contact Name; Customer Name; Client Name; Display Name; User Full Name; First and Last Name;
    Name and Surname; Name Surname; Person Name; Subscriber Name; 姓名; 名称; 名字; 客户姓名; 客户名称; 客户名;
    联系人姓名; 联系人名称; 全名; 真实姓名; 中文名; 中文姓名; 用户姓名; 名稱; 客戶姓名; 客戶名稱; 聯絡人姓名; 氏名;
    名前; お名前; ご氏名; 顧客名; お客様名; 会員名; フルネーム; 이름; 성명; 성함; 고객명; Nombre; Nombre completo;
    Nombre y apellidos; Nombre y apellido; Apellidos y nombre; Nome; Nome completo; Nome e sobrenome; Nome e cognome;
    Cognome e nome; Nominativo; Nom; Nom complet; Nom et prénom; Nom Prénom; Prénom et nom; Prénom Nom; Nom client;
    Vollständiger Name; Kundenname; Vor- und Nachname; Vor- und Zuname; Name, Vorname; Naam; Volledige naam; Klantnaam;
    Navn; Fulde navn; Fullt navn; Kundenavn; Namn; Fullständigt namn; Kundnamn; Nimi; Koko nimi; Asiakkaan nimi; Név;
    Teljes név; Ügyfél neve; Imię i nazwisko; Nazwa klienta; Jméno; Celé jméno; Jméno a příjmení; Meno;
    Meno a priezvisko; Nume; Nume complet; Nume și prenume; Nume client; İsim; Ad Soyad; Adı Soyadı; İsim Soyisim;
    Adı ve soyadı; Müşteri adı; Όνομα; Ονοματεπώνυμο; Πλήρες όνομα; Όνομα πελάτη; Имя; ФИО; Полное имя; Имя и фамилия;
    Ім'я; ПІБ; Повне ім'я; Ім'я та прізвище; Nama; Nama lengkap; Nama penuh; Nama pelanggan; Pangalan; Buong pangalan;
    Họ và tên; Họ tên; Tên khách hàng; ชื่อ; ชื่อ-นามสกุล; ชื่อ-สกุล; ชื่อลูกค้า; नाम; पूरा नाम; ग्राहक का नाम; الاسم;
    الاسم الكامل; الاسم بالكامل; اسم العميل; שם; שם מלא; שם לקוח; שם הלקוח; نام; نام کامل; نام و نام خانوادگی;
    نام مشتری
name 2: 联系人; 聯絡人; 連絡人; Contact; Contact Person; Customer; Client; Contacto; Kontakt; Cliente;
    Persona de contacto; Contato; Contatto; Referente; Kunde; Ansprechpartner; Kontaktperson; Klant; Contactpersoon;
    Klient; Клиент; Контакт; Контактное лицо; 担当者名; 担当者; Khách hàng; Người liên hệ; العميل; 客户; 客戶; 收件人;
    收货人
name 3: Billing Name; Recipient Name; 英文名; 英文姓名; English Name
name 4: Shipping Name
name {WEAK_NAME}: 昵称; 暱稱; ニックネーム; Nickname; Preferred Name; 닉네임; Apodo; Surnom
first_name 0: Name (First); Fname; First Name; Given Name; Forename; Christian Name; 名; Prénom; Vorname;
    Primer nombre; Nombre de pila; Primeiro nome; Voornaam; Fornavn; Förnamn; Etunimi; Keresztnév; Utónév; Imię;
    Křestní jméno; Krstné meno; Prenume; Ad; Adı; Nama depan; Nama pertama; Unang pangalan; Tên; ชื่อจริง; पहला नाम;
    प्रथम नाम; الاسم الأول; שם פרטי; نام کوچک
first_name 3: Billing First Name; Shipping First Name
middle_name 0: Middle Name; Additional Name; Middle Initial; Second Name; Отчество; По батькові; Segundo nombre;
    Zweiter Vorname; Deuxième prénom; 中间名; Tussenvoegsel; Mellemnavn; Mellomnavn; Nome do meio; Secondo nome;
    Gitnang pangalan; اسم الأب; Weitere Vornamen
last_name 0: Name (Last); Lname; Last Name; Family Name; Surname; 姓; 姓氏; 氏; 苗字; 성; Apellidos; Apellido;
    Primer apellido; Sobrenome; Último nome; Cognome; Nom de famille; Nachname; Familienname; Zuname; Achternaam;
    Familienaam; Efternavn; Etternavn; Efternamn; Sukunimi; Vezetéknév; Családnév; Nazwisko; Příjmení; Priezvisko;
    Nume de familie; Soyad; Soyadı; Soyisim; Επώνυμο; Επίθετο; Фамилия; Прізвище; Nama belakang; Nama keluarga;
    Apelyido; Họ; นามสกุล; สกุล; अंतिम नाम; उपनाम; कुलनाम; اسم العائلة; اللقب; שם משפחה; نام خانوادگی
last_name 3: Billing Last Name; Shipping Last Name
email 0: E-mail; E-mail Address; E-mail ID; Primary Email; Contact Email; Customer Email; User Email; 邮箱; 电子邮箱;
    邮箱地址; 邮件地址; 邮件; 电子邮件; 电子邮箱地址; 电子邮件地址; 电邮; E-mail地址; 信箱; 電子郵件; 電子郵件地址;
    電子信箱; 電郵; 電郵地址; 郵箱; メール; メールアドレス; Eメール; Eメールアドレス; E-mailアドレス; 電子メール;
    電子メールアドレス; メアド; 이메일; 이메일 주소; 메일; 메일 주소; 전자우편; 전자메일; Correo; Correo electrónico;
    Dirección de correo electrónico; Dirección de correo; Dirección de e-mail; Courriel; Adresse e-mail; Adresse mail;
    Adresse courriel; Correo-e; Adresse électronique; Adresse de messagerie; E-Mail-Adresse; Mailadresse;
    Endereço de e-mail; Correio eletrónico; Indirizzo e-mail; Posta elettronica; E-mailadres; Mailadres; E-post;
    E-postadress; E-postadresse; Mejl; Mailadress; Sähköposti; Sähköpostiosoite; E-mail cím; Adres e-mail;
    E-mailová adresa; E-mail adresa; Adresă de e-mail; E-posta; E-posta adresi; Mail adresi; Ηλεκτρονικό ταχυδρομείο;
    Διεύθυνση email; Ηλεκτρονική διεύθυνση; Почта; Электронная почта; Эл. почта; Адрес электронной почты; Емейл; Имейл;
    Пошта; Електронна пошта; Ел. пошта; Електронна адреса; Surel; Alamat email; Alamat surel; E-mel; Alamat e-mel;
    Địa chỉ email; Thư điện tử; อีเมล; อีเมล์; ที่อยู่อีเมล; ईमेल; ईमेल पता; البريد الإلكتروني; بريد إلكتروني;
    عنوان البريد الإلكتروني; الإيميل; אימייל; מייל; דוא"ל; דואר אלקטרוני; כתובת אימייל; כתובת מייל; ایمیل; آدرس ایمیل;
    پست الکترونیک
email 1: E-mail 1 - Value; Email 1; Mail; Mail Address
email 2: 个人邮箱; 私人邮箱; 個人郵箱; Personal Email; Home Email; Email Home; E-Mail privat; Email personal
email 3: 工作邮箱; 企业邮箱; 公司邮箱; 单位邮箱; 工作郵箱; 公司郵箱; Work Email; Business Email; Email Work;
    E-Mail geschäftlich; Billing Email; Account Email
email 5: E-mail 2 - Value; E-mail 2 Address; Email 2; Secondary Email; Other Email; Alternate Email; E-Mail 2: Adresse;
    Adresse e-mail 2; Dirección de correo electrónico 2; 电子邮件 2 地址; Adresse de messagerie 2;
    Dirección del correo electrónico 2
email 6: E-mail 3 - Value; E-mail 3 Address; Email 3; E-Mail 3: Adresse; Adresse e-mail 3;
    Dirección de correo electrónico 3; 电子邮件 3 地址; Adresse de messagerie 3; Dirección del correo electrónico 3;
    Additional Email Addresses
phone_number 0: Mobile; Mobile Phone; Mobile Number; Mobile Phone Number; Phone (mobile); Cell; Mob; Cell Phone;
    Cellphone Number; Cell Number; Handphone; HP; GSM; Mobile Telephone; 手机; 手机号; 手机号码; 移动电话;
    移动电话号码; 联系手机; 手機; 手機號碼; 行動電話; 携帯; 携帯電話; 携帯番号; 携帯電話番号; 휴대폰; 휴대폰 번호;
    휴대전화; 핸드폰; Móvil; Teléfono móvil; Tel. móvil; Celular; Teléfono celular; Telefone celular; Telefone móvel;
    Telemóvel; Cellulare; Telefono cellulare; Tel. cellulare; Portable; Téléphone portable; Téléphone mobile;
    Tél. mobile; Tél. portable; Handy; Handynummer; Mobil; Mobilnummer; Mobiltelefon; Telefon mobil; Mobilfunk;
    Mobilfunknummer; Mobiel; Mobiele telefoon; Telefoon mobiel; Matkapuhelin; Matkapuhelinnumero; Kännykkä;
    Telefon komórkowy; Numer telefonu komórkowego; Komórka; Tel. kom.; Mobilní telefon; Mobilný telefón; Mobilszám;
    Cep telefonu; Cep; Cep tel.; Κινητό; Κινητό τηλέφωνο; Мобильный; Мобильный телефон; Моб. телефон;
    Номер моб. телефона; Сотовый; Сотовый телефон; Мобільний; Мобільний телефон; Nomor HP; No. HP; Ponsel;
    Telefon bimbit; Di động; Điện thoại di động; เบอร์มือถือ; มือถือ; โทรศัพท์มือถือ; मोबाइल; मोबाइल नंबर; الجوال;
    جوال; الموبايل; الهاتف المحمول; الهاتف الجوال; נייד; טלפון נייד; סלולרי; موبایل; تلفن همراه; همراه; Mobil privat;
    Handy privat; Mobil geschäftlich; Handy geschäftlich; Diensthandy; 本人手机; 本人电话; ケータイ
phone_number 1: WhatsApp; WhatsApp Number; Nomor WhatsApp; No. WhatsApp; No. WA; واتساب; WhatsApp Phone Number
phone_number 2: Phone; Phone Number; Phone No.; Telephone; Telephone Number; Tel; Tel. No.; Ph; Primary Phone;
    Contact Number; Contact Phone; Customer Phone; User Phone; 电话; 电话号码; 联系电话; 联系号码; 電話; 電話號碼;
    聯絡電話; 連絡電話; 電話番号; お電話番号; 전화번호; 전화; 연락처; Teléfono; Telefone; Fone; Telefon; Rufnummer;
    Telefoon; Tlf; Puhelin; Puh.; Puhelinnumero; Telefonszám; Telefonní číslo; Telefónne číslo; Numer telefonu;
    Nr telefonu; Telefon numarası; Τηλέφωνο; Αριθμός τηλεφώνου; Телефон; Номер телефона; Контактный телефон;
    Контактный номер; Контактный номер телефона; Номер телефону; Telepon; No. Telp; Telepono; Numero ng telepono;
    Số điện thoại; Điện thoại; SĐT; Số ĐT; เบอร์โทร; เบอร์โทรศัพท์; โทรศัพท์; เบอร์ติดต่อ; फोन; फ़ोन; फोन नंबर;
    फ़ोन नंबर; الهاتف; هاتف; تليفون; טלפון; تلفن; شماره تماس; Haupttelefon; Téléphone principal; Teléfono principal;
    主要电话
phone_number 3: Phone 1 - Value; Phone 1; 联系方式; 聯絡方式; 連絡先; Billing Phone; Daytime Phone
phone_number 5: Home Phone; Phone (home); Landline; 家庭电话; 住宅电话; 自宅電話; Telefon privat; Festnetz;
    Teléfono particular; Teléfono fijo; Téléphone fixe; Téléphone (domicile); Telefone fixo; Telefone residencial;
    Telefono fisso; Telefono casa; Домашний телефон
phone_number 6: Work Phone; Phone (work); Business Phone; Office Phone; 办公电话; 座机; 固定电话; 固话; 单位电话;
    商务电话; 勤務先電話; Telefon (geschäftlich); Telefon geschäftlich; Telefon dienstlich; Teléfono del trabajo;
    Téléphone (bureau); Téléphone professionnel; Telefone comercial; Telefono ufficio; Рабочий телефон
phone_number 7: Phone 2 - Value; Phone 2; Default Address Phone; Other Phone; Shipping Phone; Home Phone 2;
    Business Phone 2; Telefon (privat 2); Telefon geschäftlich 2; Téléphone 2 (domicile); Téléphone 2 (bureau);
    Teléfono del trabajo 2; Teléfono particular 2; 住宅电话 2; 商务电话 2; Weiteres Telefon; Autre téléphone;
    Otro teléfono; 其他电话; Téléphone (autre); Téléphone (voiture); Telefon (andere)
phone_number 8: Phone 3 - Value; Phone 3
phone_number {COMPANY_RANK}: Company Main Phone; Company Phone; 公司电话; 公司電話; 单位主要电话; Telefon Firma;
    Téléphone société; Teléfono principal de la empresa; 公司主要电话
identifier 0: Identifier; External ID; Unique External ID; Unique ID; 唯一标识; 用户标识; 外部ID; 외부 ID
identifier 1: User ID; Customer ID; Client ID; Member ID; Customer No.; Customer Number; Customer Code;
    Customer Reference; Client Code; Client No.; Membership Number; Member No.; Subscriber ID; Person ID; Student ID;
    Patient ID; Employee ID; Guest ID; Buyer ID; 用户ID; 客户ID; 客户编号; 客户编码; 客户代码; 客户号; 用户编号;
    会员号; 会员编号; 会员ID; 会员卡号; 客戶ID; 客戶編號; 會員編號; 會員ID; 顧客ID; 顧客番号; 顧客コード; 会員番号;
    お客様番号; 고객 ID; 고객번호; 회원번호; 회원 ID; ID cliente; ID del cliente; ID de cliente; ID do cliente;
    Código de cliente; Código cliente; Cod. cliente; Nº de cliente; Código do cliente; Número de cliente;
    Número do cliente; ID client; Numéro client; Numéro de client; N° client; Code client; Identifiant client;
    Kundennummer; Kunden-ID; Mitgliedsnummer; Codice cliente; Numero cliente; Klantnummer; Klant-ID; Kundenummer;
    Kunde-ID; Kundnummer; Kund-ID; Asiakasnumero; Asiakastunnus; Ügyfélszám; Ügyfélazonosító; ID klienta;
    Numer klienta; Nr klienta; Číslo zákazníka; ID zákazníka; Zákaznické číslo; Cod client; Număr client; Müşteri no;
    Müşteri numarası; Müşteri ID; Müşteri kodu; Κωδικός πελάτη; ID πελάτη; ID клиента; Номер клиента; Код клиента;
    ID клієнта; Номер клієнта; Код клієнта; ID pelanggan; Kode pelanggan; Nomor pelanggan; No. pelanggan;
    Mã khách hàng; Mã KH; รหัสลูกค้า; รหัสสมาชิก; ग्राहक आईडी; ग्राहक संख्या; رقم العميل; معرف العميل; كود العميل;
    מספר לקוח; מזהה לקוח; کد مشتری; شناسه مشتری
identifier 2: 编号; 編號
identifier 4: Contact ID; Record ID; Lead ID
identifier 5: id
avatar_url 0: Avatar; Avatar URL; 头像; 头像链接; 头像地址; 頭像; アバター; 아바타; Profile Picture; Profile Photo;
    Profile Image; 프로필 사진; Profilbild; Foto de perfil; Photo de profil
avatar_url 1: Photo; Photo URL; Picture; Picture URL; Image; Image URL; Foto; 照片; Фото; 사진
avatar_url 2: 附件链接
{COMPANY} 0: Company; Company Name; Organization; Organisation; Organization Name; Business Name;
    Organization 1 - Name; Account Name; Employer; 公司; 公司名称; 公司全称; 公司名; 企业名称; 单位名称; 企业; 单位;
    工作单位; 所属公司; 所在公司; 公司名稱; 單位; 会社; 会社名; 企業名; 法人名; 勤務先; 회사; 회사명; Empresa;
    Nombre de la empresa; Nombre de empresa; Compañía; Organización; Razón social; Nome da empresa; Organização;
    Razão social; Entreprise; Société; Nom de l'entreprise; Nom de la société; Raison sociale; Firma; Firmenname;
    Unternehmen; Azienda; Società; Ditta; Ragione sociale; Organizzazione; Bedrijf; Bedrijfsnaam; Organisatie;
    Virksomhed; Firmanavn; Bedrift; Selskap; Företag; Företagsnamn; Yritys; Yrityksen nimi; Cég; Cégnév; Nazwa firmy;
    Společnost; Název firmy; Spoločnosť; Companie; Societate; Şirket; Şirket adı; Firma adı; Εταιρεία; Επωνυμία;
    Компания; Организация; Фирма; Компанія; Організація; Фірма; Perusahaan; Syarikat; Nama perusahaan; Nama syarikat;
    Kumpanya; Công ty; Tên công ty; บริษัท; ชื่อบริษัท; कंपनी; कंपनी का नाम; الشركة; اسم الشركة; חברה; שם חברה;
    שם החברה; شرکت; نام شرکت
{COMPANY} 3: Default Address Company; Billing Company; Associated Company; Primary Associated Company
{COMPANY} 4: Shipping Company
{CITY} 0: City; Town; 城市; 所在城市; 都市; 市区町村; Ciudad; Población; Localidad; Cidade; Ville; Stadt; Ort; Wohnort;
    Città; Località; Stad; Woonplaats; Plaats; Poststed; Postort; Kaupunki; Paikkakunta; Város; Miasto; Miejscowość;
    Město; Oraș; Localitate; Şehir; Πόλη; Город; Місто; Kota; Bandar; Lungsod; Thành phố; 도시; เมือง; शहर; المدينة;
    עיר; شهر
{CITY} 3: Default Address City; Billing City; Address 1 - City; Mailing City; Home City; Ort privat; Ville (domicile);
    住宅地址 市/县
{CITY} 4: Business City; Ort geschäftlich; Ville (bureau); Ciudad de trabajo; 商务地址 市/县
{CITY} 5: Other City; Shipping City; Ville (autre); Otra ciudad
{ADDITIONAL}.description 0: Description; Bio; About; 简介; 描述
{ADDITIONAL}.telegram 0: Telegram; Telegram ID; Telegram Username
{SOCIAL_PROFILES}facebook 0: Facebook; Facebook URL; Facebook Profile
{SOCIAL_PROFILES}github 0: GitHub; GitHub URL; GitHub Username
{SOCIAL_PROFILES}instagram 0: Instagram; Instagram URL; Instagram Handle
{SOCIAL_PROFILES}linkedin 0: LinkedIn; LinkedIn URL; LinkedIn Profile
{SOCIAL_PROFILES}twitter 0: Twitter; Twitter ID; Twitter Handle; X (Twitter)
{COUNTRY} 0: Country; Country/Region; Country Name; Country of residence; Country or region; Country/Territory; Nation;
    国家; 国家/地区; 国别; 所在国家; 國家; 國家/地區; 國別; 国; 国名; 국가; 나라; País; País/Región;
    País de residencia; Pays; Pays/région; Land; Land/Region; Paese; Nazione; Maa; Ország; Kraj; Země; Krajina; Țară;
    Ülke; Χώρα; Страна; Країна; Negara; Bansa; Quốc gia; ประเทศ; देश; البلد; الدولة; מדינה; ארץ; کشور
{COUNTRY} 3: Default Address Country; Mailing Country; Billing Country; Address 1 - Country; Home Country/Region;
    Home Country; Land/Region privat; Pays/Région (domicile); 住宅地址 国家/地区; País o región particular
{COUNTRY} 4: Business Country/Region; Business Country; Land/Region geschäftlich; Pays/Région (bureau);
    商务地址 国家/地区; País o región del trabajo
{COUNTRY} 5: Other Country/Region; Other Country; Shipping Country; Pays/Région (autre); 其他地址 国家/地区
{COUNTRY_CODE} 0: Country Code; 国家代码; 國家代碼; Ländercode; Landcode; Code pays; Código de país; Código del país;
    Código do país; Codice paese; 국가 코드; Код страны; Kode negara; Mã quốc gia; Ülke kodu; رمز الدولة
{COUNTRY_CODE} 3: Default Address Country Code
{PHONE_COUNTRY} 0: Dial Code; Dialing Code; Dialling Code; Calling Code; Country Calling Code; ISD Code;
    Phone Country Code; Mobile Country Code; Phone Code; Country Dial Code; Phone Country; 国际区号; 國際區號;
    国家区号; 国码; 國碼; 国番号; 국가번호; Ländervorwahl; Landesvorwahl; Indicatif pays; Indicatif téléphonique;
    Prefijo internacional; Landnummer; Prefisso internazionale; Código telefónico; Landenummer; Телефонный код страны;
    Mã vùng quốc tế
{PHONE_COUNTRY} {AREA_RANK}: 区号; 區號; Vorwahl; Indicatif; Prefijo; Prefisso; Phone Prefix; 手机区号; 电话区号
"""

ALIASES: Final = tuple(_read(_TABLE))

NEVER: Final = (
    *("fax", "faks", "传真", "傳真", "ファックス", "ファクス", "telecopie", "fac-símile", "факс", "팩스"),
    *("โทรสาร", "φαξ", "فاكس", "نمابر", "פקס", "फैक्स"),
)
"""A title with one of these in it, brackets included, is no field: a fax is not a phone number."""

SOMEBODY_ELSE: Final = (
    *("manager", "supervisor", "contactowner", "recordowner", "accountowner", "leadowner", "dealowner", "createdby"),
    *("creator", "modifiedby", "updatedby", "addedby", "assignedto", "assignee", "salesrep", "salesperson"),
    *("salesagent", "accountexecutive", "referredby", "referrer", "emergency", "spouse", "nextofkin"),
    *("parentname", "parentemail", "parentphone", "parentmobile", "guardian", "logo"),
    *("erstelltvon", "geandertvon", "notfall", "betreuer"),
    *("emergencia", "creadopor", "vendedor", "creepar", "urgence", "ответственн", "менеджер"),
    *("负责人", "销售", "业务员", "推荐人", "介绍人", "家长", "紧急联系", "创建人", "修改人", "跟进人", "客户经理"),
)
"""A title with one of these in it, as ``titles.letters`` spells it, is of another person, or of a company."""

SINGULARS: Final = (
    *(("adresses", "adresse"), ("sses", "ss"), ("companies", "company"), ("ies", "y"), ("nummern", "nummer")),
    *(("adressen", "adresse"), ("voornamen", "voornaam"), ("achternamen", "achternaam"), ("namen", "name")),
    *(("firmen", "firma"), ("iles", "il"), ("ares", "ar"), ("nomi", "nome"), ("lari", "lare"), ("foni", "fono")),
    *(("indirizzi", "indirizzo"), ("телефоны", "телефон"), ("имена", "имя"), ("фамилии", "фамилия")),
    *(("ss", "ss"), ("us", "us"), ("s", "")),
)
"""Endings of words, as ``titles.letters`` spells them, and what stands instead of them where one is meant."""

NUMBER_WORDS: Final = (
    *("numbers?", "nummer", "numero", "num", "nos?", "nr", "numarasi"),
    *("号码", "號碼", "号", "號", "番号", "번호"),
)
"""Words for a number at the end of a title: all are one, and of a phone number they may be missing."""

NUMBER_FIRST: Final = (
    r"(?:หมายเลข|số(?!\w)|(?:n°|(?:n[uúů]mer(?:os?|i)|num[eé]ros?|num[aă]r|no|nr|nomor|nombor|numer|номер|αριθμ[oό]ς"
    r"|رقم|شماره|מספר)(?!\w))\.?\s*(?:(?:de|do|di|da|du|del)\b|d['’])?)\W*"
)
"""Words for a number before a phone number's title (``Número de celular``, ``No. HP``), as a regular expression."""


IDLE_FIRST: Final = (
    r"(?:your|my|the|customer'?s?|client'?s?|contact'?s?|member'?s?|guest'?s?|lead'?s?|primary|main|enter|please"
    r"|votre|tu|su|seu|sua|ihre?|deine?|uw|jouw|müşteri(?:nin)?)\b(?=[\s.:>-]*\w)",
    "(?:客户|客戶|顾客|顧客|会员|會員|联系人|聯絡人|用户|用戶|お客様|ご連絡先|連絡先|学员|学生|员工|您的|你的|请输入|请填写)(?:的)?(?=\\w\\w)",
)
IDLE_LAST: Final = (
    r"\b(?:required|optional|mandatory|obligatorio|obligatoire|erforderlich|pflichtfeld|optionnel|opcional)",
    r"\b(?:del cliente|do cliente|du client|des kunden|pelanggan|клиента|клієнта|klienta|zákazníka|khách hàng)",
    r"\b(?:de contacto|de contato|do contato|du contact|di contatto|para conta(?:c)?to)",
    "(?:必填|选填|必填项|選填|必須|任意|필수)",
)
"""Words before and after a title that change nothing, as regular expressions."""

OWNER_RANK: Final = 2
"""From this rank on a title in brackets says whose a thing is, rather than what: ``Phone (Contact)``."""

NAMES_IN_CONTEXT: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("Nom", ("Prénom",), "last_name"),
    ("Name", ("Vorname",), "last_name"),
    ("Name", ("Surname", "Nachname"), "first_name"),
    ("Nombre", ("Apellidos", "Apellido", "Primer apellido"), "first_name"),
    ("Nome", ("Sobrenome", "Cognome", "Último nome"), "first_name"),
    ("Naam", ("Voornaam",), "last_name"),
    ("Naam", ("Achternaam", "Familienaam"), "first_name"),
    ("Navn", ("Efternavn", "Etternavn"), "first_name"),
    ("Namn", ("Efternamn",), "first_name"),
    ("Nimi", ("Sukunimi",), "first_name"),
    ("Nume", ("Prenume",), "last_name"),
    ("Jméno", ("Příjmení",), "first_name"),
    ("Meno", ("Priezvisko",), "first_name"),
    ("İsim", ("Soyisim", "Soyadı"), "first_name"),
    ("Όνομα", ("Επώνυμο", "Επίθετο"), "first_name"),
    ("Имя", ("Фамилия",), "first_name"),
    ("Ім'я", ("Прізвище",), "first_name"),
    ("名字", ("姓", "姓氏"), "first_name"),
    ("名前", ("苗字", "姓"), "first_name"),
    ("이름", ("성",), "first_name"),
    ("ชื่อ", ("นามสกุล", "สกุล"), "first_name"),
    ("नाम", ("उपनाम", "कुलनाम"), "first_name"),
    ("الاسم", ("اسم العائلة", "اللقب"), "first_name"),
    ("שם", ("שם משפחה",), "first_name"),
    ("نام", ("نام خانوادگی",), "first_name"),
    ("Pangalan", ("Apelyido",), "first_name"),
)
"""A title of ``name`` that is a part of it beside one of the others, unless that part has a column already."""

OWN_COLUMNS: Final = {
    ERROR_TITLE: Message("written by an earlier import"),
    "contact_id": Message("LiveDesk's own number, written by an earlier import"),
}
"""Titles, to the letter, of columns that the importer's own files bring along."""
