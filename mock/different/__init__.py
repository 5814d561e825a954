"""Servers that merely differ from the embedded one: each keeps the contract."""

from mock.catalogue import Catalogue
from mock.different import answers, headers, limits, rules, wire, wording

CATALOGUE = Catalogue(wording.SERVERS, answers.SERVERS, headers.SERVERS, wire.SERVERS, limits.SERVERS, rules.SERVERS)
