package estate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
)

func TestNamesAreGroupedByTheUsersRule(t *testing.T) {
	var sets []build
	for _, name := range []string{"api.shop.example.com.", "web.shop.example.com.", `\052.shop.example.com.`, "example.com.", "api.pay.example.com."} {
		sets = append(sets, of("192.0.2.1").named(name, "A").weight("us-east-1", 1), of("192.0.2.2").named(name, "A").weight("us-west-2", 0))
	}
	for rule, want := range map[string]string{
		"name":                   "api.pay.example.com:1 api.shop.example.com:1 example.com:1 web.shop.example.com:1 wildcard.shop.example.com:1",
		"label":                  "api:2 example.com:1 shop:1 web:1",
		"label:2":                "example.com:1 pay:1 shop:2 wildcard.shop.example.com:1",
		`match:([a-z]+)\.exa`:    "example.com:1 pay:1 shop:3",
		`match:^([a-z]+)\.shop`:  "api:1 api.pay.example.com:1 example.com:1 web:1 wildcard.shop.example.com:1",
		`match:(.*)\.nothing\.`:  "api.pay.example.com:1 api.shop.example.com:1 example.com:1 web.shop.example.com:1 wildcard.shop.example.com:1",
		`match:^[a-z]+(.*)\.com`: "example.com:1 pay.example:1 shop.example:2 wildcard.shop.example.com:1",
	} {
		o := options(t, nil, "", "")
		var err error
		if o.Grouping, err = estate.ParseGrouping(rule); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, app := range estate.Gather(estate.Decide([]estate.Zone{zone(sets...)}, o), o) {
			got = append(got, app.Name+":"+string(rune('0'+len(app.Records))))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s; want %s", rule, strings.Join(got, " "), want)
		}
	}
	for _, rule := range []string{"zone", "label:0", "label:x", "match:(", "match:x", "match:(a)(b)"} {
		if _, err := estate.ParseGrouping(rule); err == nil || !strings.Contains(err.Error(), "expected name, label") {
			t.Errorf("%s: %v; want an error with what is expected", rule, err)
		}
	}
}

// An application has one active Region: records of one label that different Regions serve become two applications.
func TestRecordsThatDifferentRegionsServeAreTwoApplications(t *testing.T) {
	pair := func(name string, east, west int64) []build {
		return []build{of("192.0.2.1").named(name, "A").weight("us-east-1", east), of("192.0.2.2").named(name, "A").weight("us-west-2", west)}
	}
	sets := append(append(pair("shop.a.example.com.", 1, 0), pair("shop.b.example.com.", 0, 1)...), pair("shop.c.example.com.", 1, 0)...)
	sets = append(sets, pair("shop-us-west-2.example.com.", 1, 0)...)
	sets = append(append(append(sets, pair("pay.a.example.com.", 1, 0)...), pair("pay.b.example.com.", 0, 1)...), pair("pay.c.example.com.", 0, 1)...)
	o := options(t, nil, "", "")
	o.Grouping, _ = estate.ParseGrouping("label")
	var got []string
	for _, app := range estate.Gather(estate.Decide([]estate.Zone{zone(sets...)}, o), o) {
		got = append(got, app.Name+" "+string(app.Active))
	}
	if diff := cmp.Diff([]string{"pay us-west-2", "pay-us-east-1 us-east-1", "shop us-east-1", "shop-us-west-2 us-east-1", "shop-us-west-2-2 us-west-2"}, got); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

func TestALongNameIsCutAndStaysUnique(t *testing.T) {
	var sets []build
	for _, first := range []string{"a", "b"} {
		name := first + strings.Repeat(".long-label", 8) + ".example.com."
		sets = append(sets, of("192.0.2.1").named(name, "A").weight("us-east-1", 1), of("192.0.2.2").named(name, "A").weight("us-west-2", 0))
	}
	o := options(t, nil, "", "")
	o.Grouping, _ = estate.ParseGrouping(`match:^.(.*)`)
	apps := estate.Gather(estate.Decide([]estate.Zone{zone(sets...)}, o), o)
	o.Grouping = estate.Grouping{}
	apart := estate.Gather(estate.Decide([]estate.Zone{zone(sets...)}, o), o)
	if len(apps) != 1 || len(apart) != 2 || len(apart[0].Name) != 63 || len(apart[1].Name) != 63 {
		t.Errorf("%v, %v; want one application, and two with names of 63 characters", apps, apart)
	}
}

// TestIdentifiersThatYAMLReadsOtherwiseAreQuoted: as numbers, booleans or nothing.
func TestIdentifiersThatYAMLReadsOtherwiseAreQuoted(t *testing.T) {
	for _, id := range []string{"true", "No", "null", "0x1f", "0o17", "017", "1_000", "1e3", ".inf", "-1", "-", "---", "-a", "2001-01-01", "a: b", "a #b", "*a", "&a", "!a", "%a", "@a", "'", `"`, `\`, "[a", "{a", "a,b", "?", " a ", "a/b"} {
		o := options(t, nil, "", "")
		o.Answers = estate.Answers{{Name: "*", Sets: map[string]failover.Region{id: east, "dr": west}}}
		o.Health, _ = estate.ParseRules("h", []byte("- {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}"))
		text := estate.Import([]estate.Zone{zone(of("192.0.2.1").weight(id, 1), of("192.0.2.2").weight("dr", 0))}, nil, o).YAML()
		apps, err := applicationsfile.Parse("a.yaml", []byte(text), o.Plan)
		if err != nil || apps[0].Records[0].Identifier(east) != id {
			t.Errorf("%q: %v in\n%s", id, err, text)
		}
	}
}

func balancer(region, id, group string) estate.Metric {
	return estate.Metric{Namespace: "AWS/ApplicationELB", Name: "HealthyHostCount", Dimensions: map[string]string{"LoadBalancer": "app/shop/" + id, "TargetGroup": "targetgroup/" + group + "/" + id}}
}

func canary(name string) estate.Metric {
	return estate.Metric{Namespace: "CloudWatchSynthetics", Name: "SuccessPercent", Dimensions: map[string]string{"CanaryName": name}}
}

// TestOneLoadBalancerIsOneRule: A and AAAA of a name point to the same.
func TestOneLoadBalancerIsOneRule(t *testing.T) {
	z := zone(of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0), of(eastLB).named("www.example.com.", "AAAA").weight("blue", 1), of(westLB).named("www.example.com.", "AAAA").weight("dr", 0))
	r := estate.Import([]estate.Zone{z}, estate.Metrics{east: {balancer(east, "1", "web")}, west: {balancer(west, "2", "web")}}, options(t, nil, "", ""))
	if app := r.Applications[0]; len(r.Applications) != 1 || len(app.Records) != 2 || len(app.Rules) != 1 {
		t.Errorf("%d applications, %d records, rules %v; want one application with two records and one rule", len(r.Applications), len(app.Records), app.Rules)
	}
}

func TestHealthRulesAreProposedOfWhatExists(t *testing.T) {
	ofZone := balancer(east, "1", "web")
	ofZone.Dimensions["AvailabilityZone"] = "us-east-1a"
	for _, c := range []struct {
		name       string
		east, west []estate.Metric
		rules      string
		missing    bool
		notes      string
	}{
		{"a target group each", []estate.Metric{balancer(east, "1", "web"), ofZone}, []estate.Metric{balancer(west, "2", "other")},
			"{namespace: AWS/ApplicationELB, metric: HealthyHostCount, dimensions: {LoadBalancer: {us-east-1: app/shop/1, us-west-2: app/shop/2}, TargetGroup: {us-east-1: targetgroup/web/1, us-west-2: targetgroup/other/2}}, statistic: Minimum, periodSeconds: 60, atLeast: 1}", false, ""},
		{"several target groups, of the same name", []estate.Metric{balancer(east, "1", "web"), balancer(east, "1", "api")}, []estate.Metric{balancer(west, "2", "api")},
			"{namespace: AWS/ApplicationELB, metric: HealthyHostCount, dimensions: {LoadBalancer: {us-east-1: app/shop/1, us-west-2: app/shop/2}, TargetGroup: {us-east-1: targetgroup/api/1, us-west-2: targetgroup/api/2}}, statistic: Minimum, periodSeconds: 60, atLeast: 1}",
			false, "target groups of us-east-1 without one of the same name in us-west-2: web"},
		{"no metric in the standby, but a canary", []estate.Metric{balancer(east, "1", "web"), canary("www")}, []estate.Metric{canary("www-west"), canary("wwwx")},
			"{namespace: CloudWatchSynthetics, metric: SuccessPercent, dimensions: {CanaryName: {us-east-1: www, us-west-2: www-west}}, statistic: Average, periodSeconds: 300, atLeast: 90}",
			false, "shop in us-west-2 has no HealthyHostCount in CloudWatch"},
		{"the same canary", []estate.Metric{canary("www")}, []estate.Metric{canary("www")},
			"{namespace: CloudWatchSynthetics, metric: SuccessPercent, dimensions: {CanaryName: www}, statistic: Average, periodSeconds: 300, atLeast: 90}", false, "shop in us-east-1 has no HealthyHostCount in CloudWatch"},
		{"two canaries", []estate.Metric{canary("www"), canary("www-b")}, []estate.Metric{canary("www")}, "", true, "canaries in us-east-1 that may be its own: www, www-b"},
		{"nothing", nil, nil, "", true, "shop in us-east-1 has no HealthyHostCount in CloudWatch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := zone(of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0))
			r := estate.Import([]estate.Zone{z}, estate.Metrics{east: c.east, west: c.west}, options(t, nil, "", ""))
			app := r.Applications[0]
			var rules []string
			for _, rule := range app.Rules {
				rules = append(rules, rule.String())
			}
			if got := strings.Join(rules, "\n"); got != c.rules || (app.Missing != "") != c.missing || !strings.Contains(strings.Join(app.Notes, "\n"), c.notes) {
				t.Errorf("rules %s\nwant  %s\nmissing %q, notes %q; want %v, %q", got, c.rules, app.Missing, app.Notes, c.missing, c.notes)
			}
		})
	}
}

func TestHealthChecksOfTheUsersOwnAreANote(t *testing.T) {
	for check, want := range map[string]bool{"a": true, "": false} {
		z := zone(of("192.0.2.1").weight("us-east-1", 1), of("192.0.2.2").weight("us-west-2", 0).check(check))
		if got := strings.Contains(estate.Import([]estate.Zone{z}, nil, options(t, nil, "", "")).YAML(), "otherwise add switch: none"); got != want {
			t.Errorf("health check %q: a note: %v", check, got)
		}
	}
}

// TestARuleAboutHealthChecksIsAComment: its metrics are in us-east-1 alone. The parser takes it beside another rule.
func TestARuleAboutHealthChecksIsAComment(t *testing.T) {
	z := zone(of("192.0.2.1").weight("us-east-1", 1).check("a"), of("192.0.2.2").weight("us-west-2", 0).check("b"))
	o := options(t, nil, "", "")
	o.Health, _ = estate.ParseRules("h", []byte("- {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}"))
	text := estate.Import([]estate.Zone{z}, nil, o).YAML()
	const also = "# also: - {namespace: AWS/Route53, metric: HealthCheckStatus, region: us-east-1, dimensions: {HealthCheckId: {us-east-1: a, us-west-2: b}}, statistic: Minimum, periodSeconds: 60, atLeast: 1}"
	if !strings.Contains(text, also) {
		t.Fatalf("no rule about the health checks in\n%s", text)
	}
	if apps, err := applicationsfile.Parse("a.yaml", []byte(strings.ReplaceAll(text, "# also: ", "")), o.Plan); err != nil || len(apps[0].Health) != 2 {
		t.Errorf("%v, applications %+v; want two rules", err, apps)
	}
}

// TestATextOfRoute53BeginsNoLineOfTheFile: an identifier with a line break stays in its comment or its quotation marks.
func TestATextOfRoute53BeginsNoLineOfTheFile(t *testing.T) {
	for _, br := range []string{"\n", "\r", "\u2028", "\u0085", "\x1b[2J"} {
		id := "x" + br + "applications: [{name: evil}]"
		z := zone(of("192.0.2.1").weight(id, 1), of("192.0.2.2").weight("us-west-2", 0), of("192.0.2.1").named("b.example.com.", "A").weight(id+"us-east-1", 1), of("192.0.2.2").named("b.example.com.", "A").weight("us-west-2", 0))
		text := estate.Import([]estate.Zone{z}, nil, options(t, nil, "", "")).YAML()
		for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune("\n\r\u2028\u0085", c) }) {
			if !strings.HasPrefix(line, "#") {
				t.Errorf("%q: the line %q is no comment, and nothing can be registered", br, line)
			}
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("%q: a control character is in the file", br)
		}
	}
}

// A rule that needs a number of the user's is a comment, and one that the parser takes once it has the number.
func TestARuleAboutErrorsIsAComment(t *testing.T) {
	z := zone(of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0))
	r := estate.Import([]estate.Zone{z}, estate.Metrics{east: {balancer(east, "1", "web")}, west: {balancer(west, "2", "web")}}, options(t, nil, "", ""))
	const also = "# also: - {namespace: AWS/ApplicationELB, metric: HTTPCode_Target_5XX_Count, dimensions: {LoadBalancer: {us-east-1: app/shop/1, us-west-2: app/shop/2}}, statistic: Sum, periodSeconds: 60, atMost: NUMBER, treatMissingData: notBreaching}"
	if !strings.Contains(r.YAML(), also) {
		t.Fatalf("no rule about errors in\n%s", r.YAML())
	}
	apps, err := applicationsfile.Parse("a.yaml", []byte(strings.NewReplacer("# also: ", "", "NUMBER", "10").Replace(r.YAML())), failover.DefaultPlan())
	if err != nil || len(apps[0].Health) != 2 {
		t.Errorf("%v, applications %+v; want two rules", err, apps)
	}
}

func TestTheUsersRulesAreForApplicationsWithoutOne(t *testing.T) {
	o := options(t, nil, "", "")
	var err error
	o.Health, err = estate.ParseRules("health.yaml", []byte(`- {namespace: Application, metric: ServedPercent, dimensions: {Application: "{application}", Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}`))
	if err != nil {
		t.Fatal(err)
	}
	r := estate.Import([]estate.Zone{zone(of("192.0.2.1").weight("us-east-1", 1), of("192.0.2.2").weight("us-west-2", 0))}, nil, o)
	apps, err := applicationsfile.Parse("applications.yaml", []byte(r.YAML()), o.Plan)
	if err != nil {
		t.Fatalf("%v in\n%s", err, r.YAML())
	}
	if h := apps[0].Health[0]; h.Namespace != "Application" || h.PeriodSeconds != 10 {
		t.Errorf("rule %+v; want that of the file", h)
	}
	if !strings.Contains(r.YAML(), `Application: "www.example.com"`) {
		t.Errorf("the application's name is not in\n%s", r.YAML())
	}
	for _, text := range []string{"", "a: b", "- x", "health: []"} {
		if _, err := estate.ParseRules("h.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "h.yaml: expected a list of health rules") {
			t.Errorf("%q: %v; want what is expected", text, err)
		}
	}
}

// TestTheFileIsWhatTheParserReads: every text of Route 53 that may be in a file comes back as it was.
func TestTheFileIsWhatTheParserReads(t *testing.T) {
	cname := func(value string) build { return of(value).named("c.example.com.", "CNAME") }
	z := zone(
		of("192.0.2.1").weight("it's: {a} #1", 1), of("192.0.2.2").weight("no", 0).check("0123"),
		of(eastLB).named("lb.example.com.", "A").weight("us-east-1", 255), of(westLB).named("lb.example.com.", "A").weight("1e3", 0),
		cname("a.example.net.").weight("us-east-1", 1), cname("b.example.net.").weight("us-west-2", 0),
		of("2001:db8::1 2001:db8::3").named("six.example.com.", "AAAA").weight("us-east-1", 1), of("2001:db8::2").named("six.example.com.", "AAAA").weight("us-west-2", 0),
	)
	o := options(t, nil, "www.example.com", `sets: {"it's: {a} #1": us-east-1, "no": us-west-2}`)
	o.Health, _ = estate.ParseRules("h", []byte("- {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}"))
	r := estate.Import([]estate.Zone{z}, nil, o)
	apps, err := applicationsfile.Parse("applications.yaml", []byte(r.YAML()), o.Plan)
	if err != nil {
		t.Fatalf("%v in\n%s", err, r.YAML())
	}
	got := map[string]failover.Record{}
	for _, app := range apps {
		got[app.Name] = app.Records[0]
	}
	for _, app := range r.Applications {
		if diff := cmp.Diff(*app.Records[0].Record, got[app.Name]); diff != "" {
			t.Errorf("%s (-decided +read):\n%s", app.Name, diff)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d applications; want 4 in\n%s", len(got), r.YAML())
	}
}

func TestTheFileSaysWhatIsMissing(t *testing.T) {
	z := zone(of("192.0.2.1").weight("us-east-1", 1), of("192.0.2.2").weight("us-west-2", 0).check("b"), of("192.0.2.7").named("api.example.com.", "A"), of("x").named("example.com.", "NS"))
	z.Private = true
	r := estate.Import([]estate.Zone{z}, nil, options(t, nil, "", ""))
	text := r.YAML()
	for _, want := range []string{
		"# Written by drover import: 0 records of 1 hosted zone, in 0 applications; 2 not decided, 1 left out.", "# zone example.com Z1, private",
		"# no application can be registered yet; see the choices below", "# undecided: application www.example.com: no metric of CloudWatch says whether it is healthy in both Regions",
		"#  - name: www.example.com", "# undecided: api.example.com A (zone example.com Z1, private): nothing of 192.0.2.7 names a Region",
		`#   choice: - {name: "api.example.com", type: A, skip: true}  # leave it as it is`, "#   example.com NS (zone Z1): NS records do not move",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the file does not say %q:\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if line != "\n" && !strings.HasPrefix(line, "#") {
			t.Errorf("%q is no comment, and nothing can be registered", line)
		}
	}
}

func TestMistakesOfAnswersSayWhatIsExpected(t *testing.T) {
	for text, want := range map[string]string{
		"answers: [":                                         "not YAML",
		"answers: []":                                        "no answers; expected the key answers with a list",
		"answers: [{name: a, regio: b}]":                     "unknown field",
		"answers: [{type: A}]":                               "name is missing; expected a name such as www.example.com",
		"answers: [{name: a, region: eu}]":                   `"eu" is not a Region of the plan; expected us-east-1 or us-west-2`,
		"answers: [{name: a, sets: {x: eu}}]":                `"eu" is not a Region of the plan; expected us-east-1 or us-west-2`,
		"answers: [{name: a, other: {}}]":                    "expected one of value, values, alias and record",
		"answers: [{name: a, other: {value: a, record: b}}]": "expected one of value, values, alias and record",
	} {
		if _, err := estate.ParseAnswers("a.yaml", []byte(text), failover.DefaultPlan()); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "a.yaml") {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
	for _, words := range [][]string{{"blue"}, {"us-east-1="}, {"=blue"}, {"us-east-1=blue", "us-west-2=blue"}} {
		if _, err := estate.ParseWords(words); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%v: %v; want what is expected", words, err)
		}
	}
}
