package main

import (
	"os"
	"strings"
	"testing"
)

func TestFilesAreValidatedWithoutAnAccount(t *testing.T) {
	t.Chdir(t.TempDir())
	const europeanShop = `applications:
  - name: shop
    switch: fast
    records:
      - {name: shop.acme.com, type: A, zone: Z1, zoneName: acme.com, ttl: 60, endpoints: {eu-west-1: {value: 192.0.2.1}, eu-central-1: {value: 192.0.2.2}}}
    health:
      - {namespace: Shop, metric: Served, statistic: Average, periodSeconds: 60, atLeast: 99}
`
	const outage = `name: outage
title: "{primary} goes dark"
description: users move
applicationsFile: applications.yaml
timeline:
  - {at: 1m, regionDark: primary}
  - at: 2m
    start: {region: standby, input: {action: failover}, outcome: Completed}
until: 5m
`
	for _, c := range []struct {
		name         string
		applications string
		scenario     string
		planFile     string
		context      string
		code         int
		says         []string
	}{
		{"right", europeanShop, outage, "plan: acme\nregions: [eu-west-1, eu-central-1]\n", "", exitOK,
			[]string{"applications.yaml: 1 application for eu-west-1 and eu-central-1\n", "outage.yaml: a scenario with 2 events and 1 application for eu-west-1 and eu-central-1\n"}},
		{"the Regions that it names", europeanShop, strings.NewReplacer("applicationsFile: applications.yaml\n", "", "regionDark: primary", "regionDark: eu-west-1").Replace(outage) + europeanShop, "", "", exitOK,
			[]string{"applications.yaml: 1 application for eu-west-1 and eu-central-1\n", "outage.yaml: a scenario with 2 events"}},
		{"those of cdk.json", strings.Replace(europeanShop, "    switch: fast\n", "", 1), strings.Replace(outage, "applicationsFile: applications.yaml", "generate: {applications: 2, zones: [{id: Z1, name: a.example}]}", 1), "",
			`{"context": {"drover": {"name": "acme", "primary": "eu-central-1", "standby": "eu-west-1", "hostedZones": ["Z1"]}}}`, exitOK,
			[]string{"1 application for eu-central-1 and eu-west-1\n", "a scenario with 2 events and 2 applications"}},
		{"a mistake in each", strings.Replace(europeanShop, "type: A", "type: B", 1), strings.Replace(outage, "regionDark: primary", "regionDark: west", 1), "", "", exitUsage,
			[]string{`applications.yaml:5:37: type: "B"`, `outage.yaml:6:26: "west" is not a Region code; expected one like us-west-2, or primary or standby`}},
		{"applications of another plan", europeanShop, outage, "plan: shop\nregions: [us-east-1, us-west-2]\n", "", exitUsage, []string{`"eu-west-1" is not a Region of the plan drover`}},
		{"no YAML", "applications: [", outage, "", "", exitUsage, []string{"applications.yaml:1:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for name, text := range map[string]string{"applications.yaml": c.applications, "outage.yaml": c.scenario, planFile: c.planFile, "cdk.json": c.context} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, stdout, stderr := drover(t, t.Context(), "validate", "applications.yaml", "outage.yaml")
			for _, want := range c.says {
				if code != c.code || !strings.Contains(stdout+stderr, want) {
					t.Errorf("exit code %d, %q, %q; want %d and %q", code, stdout, stderr, c.code, want)
				}
			}
		})
	}
	if code, _, stderr := drover(t, t.Context(), "validate", "nothing.yaml"); code != exitUsage || !strings.Contains(stderr, "nothing.yaml") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestAFileIsValidatedForTheSynthesizedPlan(t *testing.T) {
	file := yamlFile(t, strings.NewReplacer("us-east-1", "eu-west-1", "us-west-2", "eu-central-1").Replace(shop))
	for _, c := range []struct {
		text string
		code int
	}{{"", exitOK}, {"    switch: fast\n", exitUsage}} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, c.text...), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, stdout, stderr := drover(t, t.Context(), "validate", "--assembly", europe, file); code != c.code {
			t.Errorf("%q: exit code %d, %q, %q", c.text, code, stdout, stderr)
		}
	}
}
