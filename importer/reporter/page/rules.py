"""What the page knows of the syntax of e-mail addresses and phone numbers: the importer's own rules, as patterns."""

from importer.ledger.run import Run
from importer.models import Json
from importer.normalizer.columns import PHONE_COUNTRY
from importer.normalizer.emails import SYNTAX
from importer.normalizer.numbering_plans import plan_of, regions_by_code
from importer.normalizer.phones import PLAIN
from importer.normalizer.rules import COUNTRY_FIELDS
from importer.normalizer.text import FILLERS, ROUNDED


def syntax_rules(run: Run) -> dict[str, Json]:
    """What ``page.js`` checks by.

    ``{"fillers": [...], "email": {"plain", "local", "domain": patterns, "most": characters},
    "phone": {"plain", "rounded": patterns, "country", "ownCountries", "codes": {code: [region]},
    "plans": {region: plan}}}``
    """
    country = run.options.get("country")
    return {
        "fillers": [*sorted(FILLERS)],
        "email": dict(SYNTAX),
        "phone": {
            "plain": PLAIN.pattern,
            "rounded": ROUNDED.pattern,
            "country": country,
            # Of a run of an older version nobody knows the options.
            "ownCountries": not run.started_by or bool({PHONE_COUNTRY, *COUNTRY_FIELDS} & {*run.mapping.values()}),
            "codes": {code: [*regions] for code, regions in regions_by_code().items()},
            "plans": {region: _plan(region) for regions in regions_by_code().values() for region in regions},
        },
    }


def _plan(region: str) -> Json:
    plan = plan_of(region)
    if plan is None:
        return None
    return {
        "code": plan.country_code,
        "leading": plan.leading,
        "numbers": plan.numbers,
        "prefix": plan.prefix,
        "simple": plan.simple,
        "abroad": plan.abroad,
    }
