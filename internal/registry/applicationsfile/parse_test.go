package applicationsfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/internal/untrusted/workbound"
	"github.com/google/go-cmp/cmp"
)

func TestWhatCanBeLeftOut(t *testing.T) {
	apps, err := parse(`applications:
  - name: a
    records: [{name: '*.Example.COM.', type: AAAA, zone: Z1, zoneName: EXAMPLE.com, ttl: 5, endpoints: {us-west-2: {value: '2001:db8::1'}, us-east-1: {alias: {name: LB.example.net., zone: Z2}}}}]
    health: [{namespace: N, metric: M, statistic: SampleCount, periodSeconds: 120, atMost: 7}]
`)
	if err != nil {
		t.Fatal(err)
	}
	atMost := 7.0
	want := []failover.Application{{
		Name: "a",
		Wave: 1,
		Records: []failover.Record{{
			Name: "*.example.com", Type: "AAAA", Zone: "Z1", ZoneName: "example.com", TTL: 5,
			Endpoints: map[failover.Region]failover.Endpoint{
				"us-east-1": {Alias: &failover.Alias{Name: "lb.example.net", Zone: "Z2"}},
				"us-west-2": {Value: "2001:db8::1"},
			},
		}},
		Health: []failover.HealthRule{{Namespace: "N", Metric: "M", Statistic: "SampleCount", PeriodSeconds: 120, AtMost: &atMost}},
	}}
	if diff := cmp.Diff(want, apps); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

func TestTTLBesideTwoAliasesIsAMistake(t *testing.T) {
	alias := "{alias: {name: lb.example.net, zone: Z2}}"
	text := strings.NewReplacer("{value: 192.0.2.1}", alias, "{value: 192.0.2.2}", alias).Replace(good)
	_, err := parse(text)
	want := "apps.yaml:9:14: ttl: both endpoints are aliases, which have the TTL of their targets; expected no ttl"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestEmptyFilesSayWhatIsExpected(t *testing.T) {
	for _, text := range []string{"", "\n", "# only a comment\n", "---\n"} {
		_, err := parse(text)
		if want := "apps.yaml:1:1: empty; expected the key applications"; err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestMistakesOfAnAliasAreSaidOnce(t *testing.T) {
	text := strings.Replace(good, "us-east-1: {value: 192.0.2.1}\n          us-west-2: {value: 192.0.2.2}",
		"us-east-1: &e {value: nowhere}\n          us-west-2: *e", 1)
	_, err := parse(text)
	want := `apps.yaml:11:33: value: "nowhere"; expected an IPv4 address, because the record's type is A`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestMistakesAreInTheOrderOfTheFileAndBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("applications:\n")
	for range maxMistakes + 7 {
		text.WriteString("  - 1\n")
	}
	_, err := parse(text.String())
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != maxMistakes+1 {
		t.Fatalf("%d lines; want %d", len(lines), maxMistakes+1)
	}
	for i, got := range lines[:maxMistakes] {
		if want := fmt.Sprintf("apps.yaml:%d:5: application: 1; expected keys with values", i+2); got != want {
			t.Fatalf("got %q; want %q", got, want)
		}
	}
	if got, want := lines[maxMistakes], "apps.yaml: and 7 more mistakes"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestThousandsOfApplicationsAreRead(t *testing.T) {
	var text strings.Builder
	text.WriteString(good)
	for i := range 2000 {
		text.WriteString(strings.ReplaceAll(second, "search", fmt.Sprintf("app%04d", i)))
	}
	apps, err := parse(text.String())
	if err != nil || len(apps) != 2001 {
		t.Fatalf("%d applications, %v", len(apps), err)
	}
}

// FuzzParse looks for files that make the reader panic or take too long, or that it accepts though what it read cannot
// move, or would be obeyed by a terminal.
func FuzzParse(f *testing.F) {
	f.Add(good + second)
	f.Add("applications: [&a *a]")
	f.Add("applications: [&a *b, &b *a]")
	f.Add("x: &a\n  *b\ny: &b\n  *a\napplications: *a")
	f.Add("applications: &a [{name: *a}]")
	f.Add("a: !!binary x\n? b\n: - c")
	for i := 0; i < len(good); i += 40 {
		f.Add(good[:i])
		f.Add(good[i:])
	}
	for _, seed := range []string{"{A}", strings.Repeat("[", 1000), strings.Repeat("a: ", 200), "a: &a [*a]", "a: *b\nc: &b [*d]\ne: &d 1", "- - - a: 1", "? a\n: b", "!!x", "a: \"\\e]0;x\\a\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var apps []failover.Application
		var err error
		workbound.Check(t, len(text), func() { apps, err = parse(text) })
		if err != nil && apps != nil || err == nil && len(apps) == 0 {
			t.Fatalf("got %v and %v", apps, err)
		}
		for _, a := range apps {
			if a.Name == "" || a.Wave < 1 || len(a.Records) == 0 || len(a.Records[0].Endpoints) != 2 || len(a.Health) == 0 {
				t.Errorf("accepted %+v", a)
			}
			was := fmt.Sprintf("%+v", a)
			if untrusted.Scrub(&a); was != fmt.Sprintf("%+v", a) {
				t.Errorf("accepted %q", was)
			}
		}
	})
}

func TestAnApplicationNamesItsSwitch(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}, {Name: "batch", Lever: failover.MetricLever}}
	for said, want := range map[string]string{"    switch: batch": "batch", "    switch: none": failover.NoSwitch, "": ""} {
		apps, err := Parse("apps.yaml", []byte(strings.Replace(good, "    alarms: [one, two]", said, 1)), plan)
		if err != nil || len(apps) != 1 || apps[0].Switch != want {
			t.Errorf("%q: got %+v, %v; want switch %q", said, apps, err, want)
		}
	}
}
