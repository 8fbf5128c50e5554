package applicationsfile

import (
	"os"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

// fenced returns what stands between fences of the given language in the page for authors.
func fenced(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/applications.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(page), "```"+language+"\n")
	text, _, closed := strings.Cut(after, "```")
	if !ok || !closed {
		t.Fatalf("no %s in docs/applications.md", language)
	}
	return text
}

func TestExampleInTheDocumentationIsRead(t *testing.T) {
	got, err := Parse("applications.md", []byte(fenced(t, "yaml")), failover.DefaultPlan())
	if err != nil {
		t.Fatal(err)
	}
	const zone = "Z0000000000EXAMPLE"
	atLeast, atMost := 99.0, 0.5
	want := []failover.Application{{
		Name: "checkout",
		Wave: 1,
		Records: []failover.Record{{
			Name: "checkout.example.com", Type: "A", Zone: zone, ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{
				"us-east-1": {Value: "192.0.2.10"},
				"us-west-2": {Value: "198.51.100.10", HealthCheck: "5f0c1a52-0000-4000-8000-000000000001"},
			},
		}},
		Databases: []failover.Database{{GlobalCluster: "checkout", Clusters: map[failover.Region]string{
			"us-east-1": "arn:aws:rds:us-east-1:111122223333:cluster:checkout-us-east-1",
			"us-west-2": "arn:aws:rds:us-west-2:111122223333:cluster:checkout-us-west-2",
		}}},
		Health: []failover.HealthRule{{
			Namespace: "Checkout", Metric: "ServedPercent", Dimensions: failover.SameDimensions(map[string]string{"Region": "{region}"}),
			Statistic: "Average", PeriodSeconds: 10, AtLeast: &atLeast,
		}},
		Alarms: []string{"checkout-5xx"},
	}, {
		Name: "search",
		Wave: 2,
		Records: []failover.Record{{
			Name: "search.example.com", Type: "A", Zone: zone, ZoneName: "example.com",
			Endpoints: map[failover.Region]failover.Endpoint{
				"us-east-1": {Alias: &failover.Alias{Name: "dualstack.search-1111.us-east-1.elb.amazonaws.com", Zone: "Z35SXDOTRQ7X7K", EvaluateTargetHealth: true}},
				"us-west-2": {Alias: &failover.Alias{Name: "dualstack.search-2222.us-west-2.elb.amazonaws.com", Zone: "Z1H1FL5HABSF5", EvaluateTargetHealth: true}},
			},
		}},
		Health: []failover.HealthRule{{
			Namespace: "Search", Metric: "ResponseTime", Dimensions: failover.SameDimensions(map[string]string{"Region": "{region}"}),
			Statistic: "p99", PeriodSeconds: 60, AtMost: &atMost,
		}},
		Alarms: []string{"search-5xx"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

func TestMistakesInTheDocumentationAreThoseThatAreSaid(t *testing.T) {
	text := `applications:
  - name: check out
    records:
      - name: www.example.com
        type: NS
        zone: Z0000000000EXAMPLE
        zoneName: example.com
        endpoints:
          eu-west-1: {value: 192.0.2.10}
          us-east-1: {alias: {name: lb.example.net, zone: Z1}}
          us-west-2: {alias: {name: lb.example.net, zone: Z1}}
    health:
      - {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atMost: 1}
`
	_, err := Parse("applications.yaml", []byte(text), failover.DefaultPlan())
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(fenced(t, "text"), err.Error()+"\n"); diff != "" {
		t.Errorf("mistakes (-documented +said):\n%s", diff)
	}
}

// TestEveryExampleInTheDocumentationIsRead: each block of YAML on the page is a file of its own.
func TestEveryExampleInTheDocumentationIsRead(t *testing.T) {
	page, err := os.ReadFile("../../../docs/applications.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```yaml\n")[1:]
	for i, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		if _, err := Parse("applications.md", []byte(text), failover.DefaultPlan()); err != nil {
			t.Errorf("block %d: %v", i+1, err)
		}
	}
	if len(blocks) < 3 {
		t.Errorf("%d blocks; want those of load balancers and rates too", len(blocks))
	}
}
