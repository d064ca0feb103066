"""Exports of other products: recognized by their titles, and what is special about each."""

import pytest

from importer.livedesk.contact import Contact
from importer.mapping import title_fields
from importer.mapping.column_mapping import map_columns, render
from importer.mapping.labels import label_columns
from importer.mapping.title_fields import product_aliases, recognized
from importer.models import Row
from importer.normalizer.columns import Rules
from tests.support.rows import normalized_row

EXPORTS = {
    "Google Contacts": (
        "First Name,Middle Name,Last Name,Nickname,Organization Name,Notes,Photo,Labels,E-mail 1 - Label,"
        "E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value"
    ),
    "Outlook": (
        "First Name,Middle Name,Last Name,Title,Suffix,E-mail Address,E-mail 2 Address,Primary Phone,Home Phone,"
        "Mobile Phone,Business Phone,Company,Job Title,Web Page,Notes"
    ),
    "HubSpot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Company Name,City,"
        "Country/Region,Create Date"
    ),
    "ActiveCampaign": "Contact ID,Email,First Name,Last Name,Phone,Account Name,Tags,Date Created",
    "Salesforce": "First Name,Last Name,Email,Phone,Mobile,Account Name,Contact ID",
    "Intercom": "User ID,Name,Email,Phone,Avatar,Company name,City,Country",
    "Zendesk": "id,name,email,phone,external_id,organization,tags,photo",
    "Freshdesk": "Name,Email,Work Phone,Mobile Phone,Unique External ID,Company,Twitter ID",
    "Shopify orders": "Name,Email,Financial Status,Billing Name,Billing Phone,Shipping Name,Id,Phone",
    "Shopify": (
        "Customer ID,First Name,Last Name,Email,Default Address Company,Default Address City,"
        "Default Address Phone,Phone,Tags"
    ),
    "Mailchimp": "Email Address,First Name,Last Name,Phone Number,Address,TAGS",
    "Brevo": "CONTACT ID,EMAIL,FIRSTNAME,LASTNAME,SMS",
    "Klaviyo": "Email,Klaviyo ID,First Name,Last Name,Phone Number",
    "Chatwoot": "id,name,first_name,last_name,email,phone_number,identifier,company_name,city,country",
    "Pipedrive": "Person - Name,Person - Email - Work,Person - Phone - Work,Person - Phone - Mobile",
    "LinkedIn connections": "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
    "Calendly": (
        "Event Type Name,Start Date & Time,Invitee Name,Invitee Email,Text Reminder Number,Guest Email(s),"
        "User Name,User Email"
    ),
    "DATEV": "Konto,Name (Adressattyp Unternehmen),Name (Adressattyp natürl. Person),"
    "Vorname (Adressattyp natürl. Person),Ort,Telefon,E-Mail,Kundennummer",
    "WeChat contacts": "微信号,昵称,备注名,手机",
}
OLD_GOOGLE = (
    "Name,Given Name,Additional Name,Family Name,Notes,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Phone 1 - Type,Phone 1 - Value,Organization 1 - Name"
)
ACTIVE_CAMPAIGN = "Email,First Name,Last Name,Phone,Organization,IP Address,Score"
SALESFORCE_API = "Id,FirstName,LastName,Email,Phone,MobilePhone"


@pytest.mark.parametrize(
    ("product", "titles"),
    [
        *EXPORTS.items(),
        ("Google Contacts", OLD_GOOGLE),
        ("Salesforce", SALESFORCE_API),
        ("ActiveCampaign", ACTIVE_CAMPAIGN),
    ],
)
def test_an_export_is_recognized_and_named(product: str, titles: str) -> None:
    """By a set of titles, whatever stands beside them; the mapping that is printed begins with it."""
    mapping = map_columns([*titles.split(","), "Own column"], {}, {}, "ignore")
    assert mapping.product == product
    assert render(mapping)[0] == f"export of {product}"
    assert mapping.notes == ()


@pytest.mark.parametrize("titles", ["Name,Email,Phone", "First Name,Last Name,Email,Company", "姓名,手机号", "id,name"])
def test_a_list_of_one_s_own_is_no_export(titles: str) -> None:
    """Titles that everybody writes name no product."""
    assert recognized(titles.split(",")) is None


def test_every_product_has_an_example() -> None:
    """The table of the tests is as long as the program's."""
    assert [*dict.fromkeys(name for name, _ in title_fields.EXPORTS)] == [*EXPORTS]
    lines = [line for line in title_fields.ALIASES if line.product]
    assert EXPORTS.keys() >= {line.product for line in lines}
    for product in {line.product for line in lines}:
        assert len(product_aliases(product)) == sum(len(line.titles) for line in lines if line.product == product)


SERVES = {
    "Outlook": {"phone_number": "Mobile Phone,Primary Phone,Home Phone,Business Phone"},
    "HubSpot": {"identifier": "Record ID", "phone_number": "Mobile Phone Number,Phone Number"},
    "Salesforce": {"identifier": "Contact ID", "phone_number": "Mobile,Phone"},
    "Zendesk": {"identifier": "external_id", "avatar_url": "photo"},
    "Intercom": {"identifier": "User ID"},
    "Freshdesk": {"identifier": "Unique External ID", "phone_number": "Mobile Phone,Work Phone"},
    "Shopify": {"identifier": "Customer ID", "phone_number": "Phone,Default Address Phone"},
    "Brevo": {"phone_number": "SMS", "identifier": "CONTACT ID", "first_name": "FIRSTNAME"},
    "Chatwoot": {"identifier": "identifier", "name": "name"},
    "Pipedrive": {"phone_number": "Person - Phone - Mobile,Person - Phone - Work", "name": "Person - Name"},
    "LinkedIn connections": {"additional_attributes.social_profiles.linkedin": "URL"},
    "Calendly": {"name": "Invitee Name", "email": "Invitee Email", "phone_number": "Text Reminder Number"},
    "DATEV": {
        "additional_attributes.company_name": "Name (Adressattyp Unternehmen)",
        "last_name": "Name (Adressattyp natürl. Person)",
        "first_name": "Vorname (Adressattyp natürl. Person)",
        "additional_attributes.city": "Ort",
        "phone_number": "Telefon",
        "email": "E-Mail",
        "identifier": "Kundennummer",
    },
    "WeChat contacts": {"name": "备注名,昵称", "phone_number": "手机"},
}


@pytest.mark.parametrize("product", SERVES)
def test_the_better_column_of_an_export_serves(product: str) -> None:
    """The person's own id before the old system's, a mobile before a general number before work and home."""
    titles = EXPORTS[product].split(",")
    sources = map_columns(titles, {}, {}, "ignore").sources()
    for field, expected in SERVES[product].items():
        assert [titles[index] for index in sources[field]] == expected.split(",")


NAMED = {"name", "first_name", "middle_name", "last_name", "email", "phone_number", "identifier", "company_name"}
COMPLETE = {
    "Google Contacts since 2024": (
        "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,"
        "Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,"
        "Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,"
        "Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,"
        "Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,"
        "Address 1 - Country,Address 1 - Extended Address,Relation 1 - Label,Relation 1 - Value,"
        "Website 1 - Label,Website 1 - Value,Event 1 - Label,Event 1 - Value,Custom Field 1 - Label,"
        "Custom Field 1 - Value",
        {
            "name": "Nickname",
            "first_name": "First Name",
            "middle_name": "Middle Name",
            "last_name": "Last Name",
            "email": "E-mail 1 - Value,E-mail 2 - Value",
            "phone_number": "Phone 1 - Value,Phone 2 - Value",
            "company_name": "Organization Name",
        },
    ),
    "Google Contacts before": (
        "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,"
        "Family Name Yomi,Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,"
        "Location,Billing Information,Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,"
        "Notes,Language,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,"
        "IM 1 - Type,IM 1 - Service,IM 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,"
        "Phone 3 - Type,Phone 3 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,"
        "Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,"
        "Address 1 - Extended Address,Organization 1 - Type,Organization 1 - Name,Organization 1 - Yomi Name,"
        "Organization 1 - Title,Organization 1 - Department,Organization 1 - Symbol,Organization 1 - Location,"
        "Organization 1 - Job Description,Relation 1 - Type,Relation 1 - Value,Website 1 - Type,Website 1 - Value",
        {
            "name": "Name,Nickname",
            "first_name": "Given Name",
            "middle_name": "Additional Name",
            "last_name": "Family Name",
            "email": "E-mail 1 - Value,E-mail 2 - Value",
            "phone_number": "Phone 1 - Value,Phone 2 - Value,Phone 3 - Value",
            "company_name": "Organization 1 - Name",
        },
    ),
    "Outlook": (
        "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,"
        "Business Street 2,Business Street 3,Business City,Business State,Business Postal Code,"
        "Business Country/Region,Home Street,Home Street 2,Home Street 3,Home City,Home State,Home Postal Code,"
        "Home Country/Region,Other Street,Other Street 2,Other Street 3,Other City,Other State,Other Postal Code,"
        "Other Country/Region,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,"
        "Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,"
        "Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,Billing Information,"
        "Birthday,Business Address PO Box,Categories,Children,Directory Server,E-mail Address,E-mail Type,"
        "E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,"
        "E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,"
        "Keywords,Language,Location,Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,"
        "Other Address PO Box,Priority,Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,"
        "User 4,Web Page",
        {
            "first_name": "First Name",
            "middle_name": "Middle Name",
            "last_name": "Last Name",
            "email": "E-mail Address,E-mail 2 Address,E-mail 3 Address",
            "phone_number": (
                "Mobile Phone,Primary Phone,Home Phone,Business Phone,Business Phone 2,Home Phone 2,Other Phone"
            ),
            "company_name": "Company",
        },
    ),
    "Outlook on the web": (
        "First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,"
        "E-mail 2 Address,E-mail 3 Address,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Mobile Phone,"
        "Car Phone,Other Phone,Primary Phone,Pager,Business Fax,Home Fax,Other Fax,Company Main Phone,Callback,"
        "Radio Phone,Telex,TTY/TDD Phone,IMAddress,Job Title,Department,Company,Office Location,Manager's Name,"
        "Assistant's Name,Assistant's Phone,Company Yomi,Business Street,Business City,Business State,"
        "Business Postal Code,Business Country/Region,Home Street,Home City,Home State,Home Postal Code,"
        "Home Country/Region,Other Street,Other City,Other State,Other Postal Code,Other Country/Region,"
        "Personal Web Page,Spouse,Schools,Hobby,Location,Web Page,Birthday,Anniversary,Notes",
        {
            "name": "Nickname",
            "first_name": "First Name",
            "middle_name": "Middle Name",
            "last_name": "Last Name",
            "email": "E-mail Address,E-mail 2 Address,E-mail 3 Address",
            "phone_number": (
                "Mobile Phone,Primary Phone,Home Phone,Business Phone,Business Phone 2,Home Phone 2,Other Phone"
            ),
            "company_name": "Company",
        },
    ),
    "Outlook in German": (
        "Anrede,Vorname,Weitere Vornamen,Nachname,Suffix,Firma,Abteilung,Position,Straße geschäftlich,"
        "Ort geschäftlich,Bundesland/Kanton geschäftlich,Postleitzahl geschäftlich,Land/Region geschäftlich,"
        "Straße privat,Ort privat,Bundesland/Kanton privat,Postleitzahl privat,Land/Region privat,Weitere Straße,"
        "Weiterer Ort,Weiteres/r Bundesland/Kanton,Weitere Postleitzahl,Weiteres/e Land/Region,Telefon Assistent,"
        "Fax geschäftlich,Telefon geschäftlich,Telefon geschäftlich 2,Rückmeldung,Autotelefon,Telefon Firma,"
        "Fax privat,Telefon (privat),Telefon (privat 2),ISDN,Mobiltelefon,Weiteres Fax,Weiteres Telefon,Pager,"
        "Haupttelefon,Mobiltelefon 2,Telefon für Hörbehinderte,Telex,Abrechnungsinformation,Benutzer 1,"
        "Benutzer 2,Beruf,Büro,E-Mail-Adresse,E-Mail-Typ,E-Mail: Angezeigter Name,E-Mail 2: Adresse,"
        "E-Mail 2: Typ,E-Mail 2: Angezeigter Name,E-Mail 3: Adresse,E-Mail 3: Typ,E-Mail 3: Angezeigter Name,"
        "Empfohlen von,Geburtstag,Geschlecht,Hobby,Initialen,Internet-Frei/Gebucht,Jahrestag,Kategorien,Kinder,"
        "Konto,Name Assistent,Name des/der Vorgesetzten,Notizen,Organisations-Nr.,Ort,Partner/in,"
        "Postfach geschäftlich,Postfach privat,Priorität,Privat,Regierungs-Nr.,Reisekilometer,Sprache,"
        "Stichwörter,Vertraulichkeit,Verzeichnisserver,Webseite,Weiteres Postfach",
        {
            "first_name": "Vorname",
            "middle_name": "Weitere Vornamen",
            "last_name": "Nachname",
            "email": "E-Mail-Adresse,E-Mail 2: Adresse,E-Mail 3: Adresse",
            "phone_number": (
                "Mobiltelefon,Mobiltelefon 2,Haupttelefon,Telefon (privat),Telefon geschäftlich,"
                "Telefon (privat 2),Telefon geschäftlich 2,Weiteres Telefon"
            ),
            "company_name": "Firma",
        },
    ),
    "Outlook in French": (
        "Titre,Prénom,Deuxième prénom,Nom,Suffixe,Société,Service,Titre,Rue (bureau),Ville (bureau),"
        "Dép/Région (bureau),Code postal (bureau),Pays/Région (bureau),Rue (domicile),Ville (domicile),"
        "Dép/Région (domicile),Code postal (domicile),Pays/Région (domicile),Rue (autre),Ville (autre),"
        "Téléphone de l'assistant(e),Télécopie (bureau),Téléphone (bureau),Téléphone 2 (bureau),Rappel,"
        "Téléphone (voiture),Téléphone société,Télécopie (domicile),Téléphone (domicile),Téléphone 2 (domicile),"
        "RNIS,Tél. mobile,Télécopie (autre),Téléphone (autre),Récepteur de radiomessagerie,Téléphone principal,"
        "Radio téléphone,Téléphone TDD/TTY,Télex,Adresse de messagerie,Type de messagerie,"
        "Nom complet de l'adresse de messagerie,Adresse de messagerie 2,Type de messagerie 2,"
        "Nom complet de l'adresse de messagerie 2,Anniversaire,Catégories,Centres d'intérêt,Code gouvernement,"
        "Compte,Conjoint(e),Emplacement,Enfants,Initiales,Langue,Nom de l'assistant(e),Nom du responsable,Notes,"
        "Page Web,Profession",
        {
            "first_name": "Prénom",
            "middle_name": "Deuxième prénom",
            "last_name": "Nom",
            "email": "Adresse de messagerie,Adresse de messagerie 2",
            "phone_number": (
                "Tél. mobile,Téléphone principal,Téléphone (domicile),Téléphone (bureau),Téléphone 2 (bureau),"
                "Téléphone 2 (domicile),Téléphone (autre),Téléphone (voiture)"
            ),
            "company_name": "Société",
        },
    ),
    "Outlook in Spanish": (
        "Título,Nombre,Segundo nombre,Apellidos,Sufijo,Organización,Departamento,Puesto,Calle del trabajo,"
        "Ciudad de trabajo,Provincia o estado de trabajo,Código postal del trabajo,País o región del trabajo,"
        "Calle particular,Ciudad,Provincia o estado particular,Código postal particular,País o región particular,"
        "Otra calle,Otra ciudad,Fax del trabajo,Teléfono del trabajo,Teléfono del trabajo 2,"
        "Devolución de llamada,Teléfono del automóvil,Número de centralita de la organización,Fax particular,"
        "Particular,Número de teléfono particular 2,RDSI,Teléfono móvil,Otro fax,Otro teléfono,Localizador,"
        "Teléfono principal,Radioteléfono,Número de teletipo,Télex,Dirección de correo electrónico,"
        "Tipo de correo electrónico,Nombre de pantalla de correo electrónico,Dirección del correo electrónico 2,"
        "Tipo de correo electrónico 2,Nombre de pantalla de correo electrónico 2,Aniversario,Cumpleaños,Cuenta,"
        "Categorías,Cónyuge,Hijos,Idioma,Iniciales,Nombre del asistente,Nombre del director,Notas,Página Web,"
        "Profesión,Sexo",
        {
            "first_name": "Nombre",
            "middle_name": "Segundo nombre",
            "last_name": "Apellidos",
            "email": "Dirección de correo electrónico,Dirección del correo electrónico 2",
            "phone_number": (
                "Teléfono móvil,Teléfono principal,Teléfono del trabajo,Número de teléfono particular 2,"
                "Otro teléfono,Teléfono del trabajo 2"
            ),
            "company_name": "Organización",
        },
    ),
    "Outlook in Chinese": (
        "称谓,名,中间名,姓,后缀,单位,部门,职务,商务地址 街道,商务地址 市/县,商务地址 省/市/自治区,"
        "商务地址 邮政编码,商务地址 国家/地区,住宅地址 街道,住宅地址 市/县,住宅地址 国家/地区,其他地址 国家/地区,"
        "助理的电话,商务传真,商务电话,商务电话 2,回电话,车载电话,单位主要电话,住宅传真,住宅电话,住宅电话 2,ISDN,"
        "移动电话,其他传真,其他电话,寻呼机,主要电话,无绳电话,TTY/TDD 电话,电报,帐户,电子邮件地址,电子邮件类型,"
        "电子邮件显示名称,电子邮件 2 地址,电子邮件 2 类型,电子邮件 2 显示名称,生日,纪念日,经理姓名,助理姓名,配偶,"
        "性别,语言,网页,附注",
        {
            "first_name": "名",
            "middle_name": "中间名",
            "last_name": "姓",
            "email": "电子邮件地址,电子邮件 2 地址",
            "phone_number": "移动电话,主要电话,住宅电话,商务电话,住宅电话 2,其他电话,商务电话 2",
            "company_name": "单位",
        },
    ),
    "HubSpot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner,Associated Company,"
        "Associated Company IDs,Company Name,Lead Status,Marketing contact status,Create Date,Last Activity Date,"
        "City,Country/Region,State/Region,Job Title,Lifecycle Stage,Fax Number,Website URL,WhatsApp Phone Number,"
        "Work email,Additional email addresses,Full name,IP City,IP Country,Postal Code,Street Address,"
        "Twitter Username,LinkedIn URL",
        {
            "name": "Full name",
            "first_name": "First Name",
            "last_name": "Last Name",
            "email": "Email,Work email,Additional email addresses",
            "phone_number": "Mobile Phone Number,WhatsApp Phone Number,Phone Number",
            "identifier": "Record ID",
            "company_name": "Company Name,Associated Company",
        },
    ),
    "Salesforce report": (
        "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,Mailing State/Province,"
        "Mailing Zip/Postal Code,Mailing Country,Phone,Fax,Mobile,Email,Account Owner,Contact ID,Home Phone,"
        "Other Phone,Asst. Phone,Lead Source,Reports To",
        {
            "first_name": "First Name",
            "last_name": "Last Name",
            "email": "Email",
            "phone_number": "Mobile,Phone,Home Phone,Other Phone",
            "identifier": "Contact ID",
            "company_name": "Account Name",
        },
    ),
    "Salesforce Data Loader": (
        "Id,IsDeleted,MasterRecordId,AccountId,LastName,FirstName,Salutation,MiddleName,Suffix,Name,OtherStreet,"
        "OtherCity,OtherCountry,MailingStreet,MailingCity,MailingState,MailingPostalCode,MailingCountry,Phone,"
        "Fax,MobilePhone,HomePhone,OtherPhone,AssistantPhone,ReportsToId,Email,Title,Department,AssistantName,"
        "LeadSource,Birthdate,Description,OwnerId,CreatedDate,EmailBouncedReason,PhotoUrl,Jigsaw",
        {
            "name": "Name",
            "first_name": "FirstName",
            "middle_name": "MiddleName",
            "last_name": "LastName",
            "email": "Email",
            "phone_number": "MobilePhone,Phone,HomePhone,OtherPhone",
            "identifier": "Id",
        },
    ),
    "Zendesk": (
        "id,name,email,created_at,updated_at,role,time_zone,iana_time_zone,phone,shared_phone_number,photo,"
        "locale_id,locale,organization,organization_id,external_id,tags,alias,active,verified,shared,"
        "last_login_at,two_factor_auth_enabled,signature,details,notes,role_id,custom_role_id,moderator,"
        "ticket_restriction,only_private_comments,restricted_agent,suspended,default_group_id,report_csv,url",
        {
            "name": "name",
            "email": "email",
            "phone_number": "phone",
            "identifier": "external_id",
            "company_name": "organization",
        },
    ),
    "Intercom": (
        "Name,Owner,Lead category,Conversation Rating,Email,Phone,User ID,First seen,Signed up,Last seen,"
        "Last contacted,Last heard from,Last opened email,Last clicked on link in email,Web sessions,Country,"
        "Region,City,Timezone,Browser Language,Language Override,Browser,OS,Twitter Followers,"
        "Unsubscribed from Emails,Marked email as spam,Has hard bounced,UTM Campaign,Avatar,Company name,"
        "Company ID,Company last seen,Job title,Id,External ID,Tag",
        {
            "name": "Name",
            "email": "Email",
            "phone_number": "Phone",
            "identifier": "External ID",
            "company_name": "Company name",
        },
    ),
    "Freshdesk": (
        "Full name,Title,Company,Email,Work phone,Mobile phone,Twitter,Other phone numbers,Other emails,"
        "Unique external ID,Can see all tickets from this company,Address,Time Zone,Language,Tags,About,Facebook,"
        "WhatsApp,Contact ID,Created time,Updated time",
        {
            "name": "Full name",
            "email": "Email,Other emails",
            "phone_number": "Mobile phone,WhatsApp,Work phone,Other phone numbers",
            "identifier": "Unique external ID",
            "company_name": "Company",
        },
    ),
    "Shopify": (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
        "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
        "Total Spent,Total Orders,Note,Tax Exempt,Tags",
        {
            "first_name": "First Name",
            "last_name": "Last Name",
            "email": "Email",
            "phone_number": "Phone,Default Address Phone",
            "identifier": "Customer ID",
            "company_name": "Default Address Company",
        },
    ),
    "Shopify orders": (
        "Name,Email,Financial Status,Paid at,Billing Name,Billing Street,Billing City,Billing Zip,"
        "Billing Country,Billing Phone,Billing Company,Shipping Name,Shipping Street,Shipping City,"
        "Shipping Country,Shipping Phone,Shipping Company,Notes,Id,Tags,Vendor,Phone",
        {
            "name": "Billing Name,Shipping Name",
            "email": "Email",
            "phone_number": "Phone,Billing Phone,Shipping Phone",
            "company_name": "Billing Company,Shipping Company",
        },
    ),
    "Mailchimp": (
        "Email Address,First Name,Last Name,Address,Phone Number,Birthday,Company,MEMBER_RATING,OPTIN_TIME,"
        "OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,"
        "EUID,NOTES,TAGS",
        {
            "first_name": "First Name",
            "last_name": "Last Name",
            "email": "Email Address",
            "phone_number": "Phone Number",
            "company_name": "Company",
        },
    ),
    "Chatwoot": (
        "id,name,first_name,last_name,email,phone_number,identifier,company_name,city,country,country_code,"
        "created_at,last_activity_at,facebook,twitter,linkedin,github,instagram,bio",
        {
            "name": "name",
            "first_name": "first_name",
            "last_name": "last_name",
            "email": "email",
            "phone_number": "phone_number",
            "identifier": "identifier",
            "company_name": "company_name",
        },
    ),
}


@pytest.mark.parametrize(("titles", "sources"), COMPLETE.values(), ids=COMPLETE)
def test_a_complete_export_is_mapped(titles: str, sources: dict[str, str]) -> None:
    """With all its columns: who serves, and who stands in, in this order; no fax, no assistant, no tie."""
    columns = titles.split(",")
    mapping = map_columns(columns, {}, {}, "ignore")
    found = {field.rpartition(".")[2]: indexes for field, indexes in mapping.sources().items()}
    named = {field: ",".join(columns[index] for index in found[field]) for field in sources}
    assert named == sources
    assert not {*NAMED & found.keys()} - {*sources}
    assert mapping.notes == ()


LABELLED = {
    "mobile before work": (["Work", "+4930111111", "Mobile", "+4915123456789"], "+4915123456789"),
    "as they stand": (["Work", "+4930123456", "Home", "+4930123457"], "+4930123456"),
    "a fax never": (["Work Fax", "+4930123456", "Home", "+4930123457"], "+4930123457"),
    "a fax alone": (["Home Fax", "+4930123456", "", ""], None),
    "an empty mobile": (["Work", "+4930123456", "Mobile", ""], "+4930123456"),
}


@pytest.mark.parametrize(("cells", "phone"), LABELLED.values(), ids=LABELLED)
def test_the_label_beside_a_number_counts(cells: list[str], phone: str | None) -> None:
    """Google says in a column of its own what kind of number each is, row by row."""
    titles = ["Name", "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value"]
    mapping = map_columns(titles, {}, {}, "ignore")
    assert label_columns(titles) == {2: 1, 4: 3}
    assert normalized_row(mapping, Rules("7"), Row(2, ("Ann", *cells))).contact.phone_number == phone


def test_a_row_of_google_becomes_a_contact() -> None:
    """Names joined, of the values that ``:::`` joins the first."""
    titles = ["Given Name", "Additional Name", "Family Name", "E-mail 1 - Value", "Phone 1 - Type", "Phone 1 - Value"]
    row = Row(2, ("Ann", "Bea", "Lee", "ann@acme.com ::: lee@acme.com", "Mobile", "+4915123456789 ::: +4930123456"))
    found = normalized_row(map_columns(titles, {}, {}, "ignore"), Rules("7"), row)
    assert found.contact == Contact(
        name="Ann Bea Lee", email="ann@acme.com", phone_number="+4915123456789", inbox_id="7"
    )
    assert len(found.warnings) == 2


def test_social_profiles_are_an_object_of_their_own() -> None:
    """``additional_attributes.social_profiles{twitter, …}``, as the API page "update-contact" has it."""
    attributes = {
        "additional_attributes.city": "Bonn",
        "additional_attributes.social_profiles.twitter": "ann",
        "additional_attributes.social_profiles.github": "lee",
        "custom_attributes.a.b": "1",
    }
    contact = Contact(name="Ann", attributes=attributes)
    assert contact.attributes_body() == {
        "additional_attributes": {"city": "Bonn", "social_profiles": {"twitter": "ann", "github": "lee"}},
        "custom_attributes": {"a.b": "1"},
    }
    assert Contact.from_json(contact.json) == contact


def test_a_product_is_told_by_titles_that_another_lacks() -> None:
    """Zoho has a Record Id, a first and a last name too; HubSpot's own titles tell it."""
    common = ["Record ID", "First Name", "Last Name", "Email"]
    assert recognized([*common, "Account Name.id"]) is None
    assert recognized([*common, "Lifecycle Stage"]) == "HubSpot"
