"""Exports of other products: recognized by their titles, and what is special about each."""

import pytest

from importer.columns.products import PRODUCTS, label_columns, product_aliases, recognized
from importer.mapping import map_columns, render
from importer.models import Contact, Row
from importer.normalizer import Normalizer, Rules

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
    "Salesforce": "First Name,Last Name,Email,Phone,Mobile,Account Name,Contact ID",
    "Zendesk": "id,name,email,phone,external_id,organization,tags,photo",
    "Intercom": "User ID,Name,Email,Phone,Avatar,Company name,City,Country",
    "Freshdesk": "Name,Email,Work Phone,Mobile Phone,Unique External ID,Company,Twitter ID",
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
}
OLD_GOOGLE = (
    "Name,Given Name,Additional Name,Family Name,Notes,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Phone 1 - Type,Phone 1 - Value,Organization 1 - Name"
)
SALESFORCE_API = "Id,FirstName,LastName,Email,Phone,MobilePhone"


@pytest.mark.parametrize(
    ("product", "titles"),
    [*EXPORTS.items(), ("Google Contacts", OLD_GOOGLE), ("Salesforce", SALESFORCE_API)],
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
    assert [product.name for product in PRODUCTS] == [*EXPORTS]
    for product in PRODUCTS:
        assert len(product_aliases(product)) == sum(len(titles) for _, _, titles in product.aliases)


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
}


@pytest.mark.parametrize("product", SERVES)
def test_the_better_column_of_an_export_serves(product: str) -> None:
    """The person's own id before the old system's, a mobile before a general number before work and home."""
    titles = EXPORTS[product].split(",")
    sources = map_columns(titles, {}, {}, "ignore").sources()
    for field, expected in SERVES[product].items():
        assert [titles[index] for index in sources[field]] == expected.split(",")


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
    assert Normalizer(mapping, Rules("7"))(Row(2, ("Ann", *cells))).contact.phone_number == phone


def test_a_row_of_google_becomes_a_contact() -> None:
    """Names joined, of the values that ``:::`` joins the first."""
    titles = ["Given Name", "Additional Name", "Family Name", "E-mail 1 - Value", "Phone 1 - Type", "Phone 1 - Value"]
    row = Row(2, ("Ann", "Bea", "Lee", "ann@acme.com ::: lee@acme.com", "Mobile", "+4915123456789 ::: +4930123456"))
    found = Normalizer(map_columns(titles, {}, {}, "ignore"), Rules("7"))(row)
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
