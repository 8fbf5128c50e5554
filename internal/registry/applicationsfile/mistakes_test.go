package applicationsfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

// good has nothing wrong. Each case below replaces one piece of it.
const good = `applications:
  - name: checkout
    wave: 1
    records:
      - name: www.example.com
        type: A
        zone: Z1
        zoneName: example.com
        ttl: 60
        endpoints:
          us-east-1: {value: 192.0.2.1}
          us-west-2: {value: 192.0.2.2}
    databases:
      - globalCluster: checkout
        clusters:
          us-east-1: arn:aws:rds:us-east-1:111122223333:cluster:a
          us-west-2: arn:aws:rds:us-west-2:111122223333:cluster:b
    health:
      - {namespace: N, metric: M, dimensions: {Region: "{region}"}, statistic: p99.9, periodSeconds: 10, atLeast: 99.5}
    alarms: [one, two]
`

// second is another application, to be put behind the good one.
const second = `  - name: search
    wave: 2
    records:
      - {name: search.example.com, type: CNAME, zone: Z1, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: a.example.net}, us-west-2: {value: b.example.net}}}
    health:
      - {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atMost: 1}
`

func parse(text string) ([]failover.Application, error) {
	return Parse("apps.yaml", []byte(text), failover.DefaultPlan())
}

func TestMistakesSayWhereAndWhatWasExpected(t *testing.T) {
	const clusters = "        clusters:\n          us-east-1: arn:aws:rds:us-east-1:111122223333:cluster:a\n"
	cases := []struct{ name, old, new, want string }{
		{"not YAML", "    wave: 1", "    wave: [1", "4:5: not YAML: ',' or ']' must be specified"},
		{"a key twice", "    wave: 1", "    wave: 1\n    wave: 2", `4:5: not YAML: mapping key "wave" already defined at [3:5]`},
		{"a second document", "    alarms: [one, two]", "---\napplications: []", "21:1: a second document; expected one"},
		{"unknown key of the file", "applications:", "plan: x\napplications:", `1:1: file: unknown key "plan"; expected applications`},
		{"unknown key", "    wave: 1", "    waves: 1", `3:5: application: unknown key "waves"; expected name, wave, records, databases, health, alarms or switch`},
		{"merge key", "    wave: 1", "    <<: *x\n    wave: 1", `3:5: application: unknown key "<<"; expected name, wave, records, databases, health, alarms or switch`},
		{"alias of nothing", "    wave: 1", "    wave: *x", "3:11: wave: an alias that stands for nothing; expected a whole number from 1 to 99"},
		{"a switch of no plan", "    alarms: [one, two]", "    switch: fast", `20:13: switch: "fast" is not a switch of the plan drover; expected one of none`},
		{"no name", "  - name: checkout\n    wave: 1", "  - wave: 1", "2:5: application: name is missing; expected a name that is unique in the plan"},
		{"empty name", "name: checkout", `name: ""`, "2:11: name: empty; expected a string"},
		{"number for a name", "name: checkout", "name: 17", "2:11: name: 17; expected a string"},
		{"name with a hash", "name: checkout", `name: "a#b"`, `2:11: name: "a#b"; expected 1 to 63 of letters, digits, dot, hyphen and underscore, the first a letter or digit`},
		{"no application", good, "applications: []", "1:15: applications: empty; expected at least one application"},
		{"application that is a word", good, "applications: [checkout]", "1:16: application: checkout; expected keys with values"},
		{"applications that are a map", good, "applications: {name: checkout}", "1:15: applications: keys with values; expected a list"},
		{"text alone", good, "checkout", "1:1: file: checkout; expected keys with values"},
		{"wave 0", "wave: 1", "wave: 0", "3:11: wave: 0; expected 1 to 99"},
		{"wave 100", "wave: 1", "wave: 100", "3:11: wave: 100; expected 1 to 99"},
		{"wave beyond all numbers", "wave: 1", "wave: 18446744073709551615", "3:11: wave: 18446744073709551615; expected 1 to 99"},
		{"wave below all", "wave: 1", "wave: -1", "3:11: wave: -1; expected 1 to 99"},
		{"wave in words", "wave: 1", "wave: first", "3:11: wave: first; expected a whole number from 1 to 99"},
		{"half a wave", "wave: 1", "wave: 1.5", "3:11: wave: 1.5; expected a whole number from 1 to 99"},
		{"record outside its zone", "name: www.example.com", "name: www.badexample.com", "5:15: name: www.badexample.com is not in the zone example.com; expected that name or one below it"},
		{"record that is no name", "name: www.example.com", "name: www..example.com", `5:15: name: "www..example.com"; expected a DNS name such as www.example.com`},
		{"the fence's name", "name: www.example.com", "name: _drover-payments.example.com", "5:15: name: _drover-payments.example.com is a name of Drover's own records; expected another"},
		{"type", "type: A", "type: a", `6:15: type: "a"; expected A, AAAA, CNAME, HTTPS, SVCB, MX, TXT or SRV`},
		{"zone with its prefix", "zone: Z1", "zone: /hostedzone/Z1", `7:15: zone: "/hostedzone/Z1"; expected the id of a hosted zone, such as Z0000000000EXAMPLE, without /hostedzone/`},
		{"no TTL", "        ttl: 60\n", "", "5:9: record: ttl is missing; expected seconds, 60 or less for clients to follow soon"},
		{"TTL 0", "ttl: 60", "ttl: 0", "9:14: ttl: 0; expected 1 to 86400"},
		{"TTL with a unit", "ttl: 60", "ttl: 60s", "9:14: ttl: 60s; expected a whole number from 1 to 86400"},
		{"Region of another plan", "us-west-2: {value: 192.0.2.2}", "us-west-2: {value: 192.0.2.2}\n          eu-west-1: {value: 192.0.2.3}", `13:11: endpoints: "eu-west-1" is not a Region of the plan drover; expected us-east-1 and us-west-2`},
		{"a Region is missing", "          us-west-2: {value: 192.0.2.2}\n", "", "11:11: endpoints: us-west-2 is missing; expected us-east-1 and us-west-2"},
		{"neither value nor alias", "us-west-2: {value: 192.0.2.2}", "us-west-2: {healthCheck: abc}", "12:22: us-west-2: neither value nor alias; expected value, values or alias"},
		{"value and alias", "us-west-2: {value: 192.0.2.2}", "us-west-2: {value: 192.0.2.2, alias: {name: lb.example.net, zone: Z2}}", "12:48: alias: beside a value; expected one of the two"},
		{"alias without a zone", "us-west-2: {value: 192.0.2.2}", "us-west-2: {alias: {name: lb.example.net}}", "12:30: alias: zone is missing; expected the id of the target's hosted zone, such as a load balancer's"},
		{"health check", "us-west-2: {value: 192.0.2.2}", "us-west-2: {value: 192.0.2.2, healthCheck: a/b}", `12:54: healthCheck: "a/b"; expected the id of a Route 53 health check`},
		{"no address", "value: 192.0.2.2", "value: 192.0.2.256", `12:30: value: "192.0.2.256"; expected an IPv4 address, because the record's type is A`},
		{"address of the other family", "value: 192.0.2.2", `value: "2001:db8::1"`, `12:30: value: "2001:db8::1"; expected an IPv4 address, because the record's type is A`},
		{"empty value", "us-west-2: {value: 192.0.2.2}", "us-west-2: {value: }", "12:29: value: nothing; expected a string"},
		{"global cluster", "globalCluster: checkout", "globalCluster: checkout--1", `14:24: globalCluster: "checkout--1"; expected the identifier of a global cluster: a letter, then letters, digits and single hyphens, at most 63`},
		{"no clusters", clusters + "          us-west-2: arn:aws:rds:us-west-2:111122223333:cluster:b\n", "", "14:9: database: clusters is missing; expected the ARN of the member cluster in each Region"},
		{"cluster's id for its ARN", "arn:aws:rds:us-east-1:111122223333:cluster:a", "checkout-us-east-1", `16:22: us-east-1: "checkout-us-east-1"; expected the ARN of a cluster, such as arn:aws:rds:us-east-1:111122223333:cluster:checkout`},
		{"cluster in the other Region", "arn:aws:rds:us-east-1:111122223333:cluster:a", "arn:aws:rds:us-west-2:111122223333:cluster:a", `16:22: us-east-1: "arn:aws:rds:us-west-2:111122223333:cluster:a" is in us-west-2; expected a cluster in us-east-1`},
		{"no bound", ", atLeast: 99.5", "", "19:9: health rule: neither atLeast nor atMost; expected a bound, or both"},
		{"bounds the wrong way", "atLeast: 99.5", "atLeast: 99.5, atMost: 5", "19:129: atMost: 5 is less than atLeast, 99.5; no value could be healthy"},
		{"bound in words", "atLeast: 99.5", "atLeast: all", "19:115: atLeast: all; expected a number"},
		{"bound that is no number", "atLeast: 99.5", "atLeast: .nan", "19:115: atLeast: .nan; expected a number"},
		{"period", "periodSeconds: 10", "periodSeconds: 15", "19:102: periodSeconds: 15; expected 1, 5, 10, 20, 30 or a multiple of 60"},
		{"statistic", "statistic: p99.9", "statistic: p101", `19:80: statistic: "p101"; expected Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p99`},
		{"placeholder", `Region: "{region}"`, `Region: "{Region}"`, `19:56: Region: "{Region}"; expected no other placeholder than {region}`},
		{"a dimension in one Region", `Region: "{region}"`, "Region: {us-east-1: a}", "19:56: Region: us-west-2 is missing; expected us-east-1 and us-west-2"},
		{"a dimension in another Region", `Region: "{region}"`, "Region: {us-east-1: a, us-west-2: b, eu-west-1: c}", `19:85: Region: "eu-west-1" is not a Region of the plan drover; expected us-east-1 and us-west-2`},
		{"a placeholder in one Region", `Region: "{region}"`, `Region: {us-east-1: a, us-west-2: "{region}"}`, `19:82: us-west-2: "{region}"; expected no placeholder, because the value is that of one Region`},
		{"no data that is ignored", ", atLeast: 99.5", ", atLeast: 99.5, treatMissingData: ignore", `19:139: treatMissingData: "ignore"; expected breaching or notBreaching`},
		{"a Region that is none", ", atLeast: 99.5", ", atLeast: 99.5, region: us-east-9", `19:129: region: "us-east-9" is not a known Region; if AWS has it, add it to the list in internal/failover/partition.go`},
		{"a Region for every rule", ", atLeast: 99.5", ", atLeast: 99.5, region: us-east-1", "19:7: health: every rule has a region; expected one without it, which a failover can read: it reads in the Region alone that it moves to"},
		{"a metric of another Region", "namespace: N", "namespace: AWS/CloudFront", "19:9: health rule: AWS/CloudFront has metrics in us-east-1 alone, so the rule would never have data; expected region: us-east-1"},
		{"a metric that is not in the Region", "{namespace: N", "{region: us-west-2, namespace: AWS/Route53", "19:7: health: every rule has a region; expected one without it, which a failover can read: it reads in the Region alone that it moves to\napps.yaml:19:18: region: AWS/Route53 has metrics in us-east-1 alone, so the rule would never have data; expected region: us-east-1"},
		{"a minimum without what it means", ", atLeast: 99.5", ", atLeast: 99.5, minimumRequests: {metric: R, atLeast: 5}", "19:9: health rule: minimumRequests without treatMissingData; expected breaching or notBreaching, because with fewer requests there is no value"},
		{"a minimum of nothing", ", atLeast: 99.5", ", atLeast: 99.5, treatMissingData: breaching, minimumRequests: {metric: R, atLeast: 0}", "19:188: atLeast: 0; expected more than 0"},
		{"an expression beside a metric", ", atLeast: 99.5", ", atLeast: 99.5, expression: a", "19:9: health rule: metrics is missing; expected the metrics of the expression, by their ids\napps.yaml:19:21: namespace: beside an expression; expected namespace and metric, or metrics and an expression"},
		{"no records", "    records:\n", "    records: []\n    x:\n", "4:14: records: empty; expected at least one record\napps.yaml:5:5: application: unknown key \"x\"; expected name, wave, records, databases, health, alarms or switch"},
		{"long alarm", "[one, two]", "[" + strings.Repeat("a", 256) + "]", "20:14: alarm: 256 characters; expected the name of a CloudWatch alarm, at most 255"},
		{"long metric", "metric: M", "metric: " + strings.Repeat("a", 256), "19:32: metric: 256 characters; expected at most 255"},
		{"31 dimensions", `{Region: "{region}"}`, "{" + dimensions(31) + "}", "19:47: dimensions: 31 dimensions; expected at most 30"},
		{"long global cluster", "globalCluster: checkout", "globalCluster: " + strings.Repeat("a", 64), `14:24: globalCluster: "` + strings.Repeat("a", 64) + `"; expected the identifier of a global cluster: a letter, then letters, digits and single hyphens, at most 63`},
		{"a database twice", "    health:\n", "      - {globalCluster: checkout, clusters: {us-east-1: 'arn:aws:rds:us-east-1:111122223333:cluster:a', us-west-2: 'arn:aws:rds:us-west-2:111122223333:cluster:b'}}\n    health:\n", "18:25: globalCluster: global cluster checkout of application checkout is already in line 14; expected it once"},
		{"word for an alias target", "us-west-2: {value: 192.0.2.2}", "us-west-2: {alias: {name: lb, zone: Z2}}", `12:37: name: "lb"; expected a DNS name such as www.example.com`},
		{"long name", "name: www.example.com", "name: " + strings.Repeat("a.", 122) + "example.com", `5:15: name: "` + strings.Repeat("a.", 122) + `example.com"; expected a DNS name such as www.example.com`},
		{"an alarm twice", "[one, two]", "[one, one]", `20:19: alarm: alarm "one" is already in line 20; expected it once`},
		{"alarms that are a word", "[one, two]", "one", "20:13: alarms: one; expected a list"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatalf("%q is not in the good file", c.old)
			}
			apps, err := parse(text)
			if err == nil {
				t.Fatalf("no error; want %s", c.want)
			}
			if diff := cmp.Diff("apps.yaml:"+c.want, err.Error()); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
			if apps != nil {
				t.Errorf("got applications beside an error: %v", apps)
			}
		})
	}
}

func dimensions(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("d%d: v", i))
	}
	return strings.Join(all, ", ")
}

func TestAddressesOfTheWrongKindForAAAA(t *testing.T) {
	for _, address := range []string{"192.0.2.1", "::ffff:192.0.2.1", "fe80::1%eth0", "2001:db8::/32", "www.example.com"} {
		text := strings.NewReplacer("type: A", "type: AAAA", "value: 192.0.2.1}", `value: "`+address+`"}`, "value: 192.0.2.2", `value: "2001:db8::2"`).Replace(good)
		want := `apps.yaml:11:30: value: "` + address + `"; expected an IPv6 address, because the record's type is AAAA`
		if _, err := parse(text); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", address, err, want)
		}
	}
}

func TestMistakesBetweenApplications(t *testing.T) {
	const aDatabase = "    databases: [{globalCluster: CHECKOUT, clusters: {us-east-1: 'arn:aws:rds:us-east-1:111122223333:cluster:a', us-west-2: 'arn:aws:rds:us-west-2:111122223333:cluster:b'}}]\n"
	cases := []struct{ name, old, new, want string }{
		{"nothing", "wave", "wave", ""},
		{"name twice", "name: search\n", "name: checkout\n", "21:11: name: application checkout is already in line 2; expected it once"},
		{"record twice", "name: search.example.com, type: CNAME, zone: Z1, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: a.example.net}, us-west-2: {value: b.example.net}}", "name: WWW.example.com., type: A, zone: Z1, zoneName: example.com, ttl: 60, endpoints: *same", "24:16: name: record www.example.com A of zone Z1 is already in line 5; expected it once"},
		{"two names of a zone", "zoneName: example.com", "zoneName: com", "24:69: zoneName: zone Z1 has the name example.com in line 8 and the name com here; expected the same"},
		{"database of two waves", "    health", aDatabase + "    health", "25:33: globalCluster: global cluster checkout has wave 1 in line 14 and wave 2 here; expected the same"},
		{"CNAME at the top", "name: search.example.com", "name: example.com", "24:35: type: CNAME at example.com, the top of its zone, where DNS does not allow one; expected A or AAAA, with an alias"},
		{"address for a CNAME", "value: a.example.net", "value: 192.0.2.1", `24:122: value: "192.0.2.1"; expected a DNS name, because the record's type is CNAME`},
		{"no name for a CNAME", "value: a.example.net", "value: a b", `24:122: value: "a b"; expected a DNS name such as www.example.com`},
		{"CNAME beside another type", "name: search.example.com", "name: www.example.com", "24:39: type: www.example.com of zone Z1 has an address in line 6 and a CNAME here; expected the same"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(second, c.old, c.new, 1)
			_, err := parse(strings.Replace(good, "endpoints:\n", "endpoints: &same\n", 1) + text)
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "apps.yaml:")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}
