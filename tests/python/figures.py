"""Reads the figures in a file by the strict parser of OpenMetrics that Prometheus's authors wrote, and prints a list of [name, labels, value] as JSON."""

import json
import pathlib
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
families = text_string_to_metric_families(text)
json.dump([[sample.name, sample.labels, sample.value] for family in families for sample in family.samples], sys.stdout)
