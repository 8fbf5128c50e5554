package survey_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/survey"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
	r53 "github.com/drover-dr/drover/statemachine/fakeaws/route53"
)

// scene is a simulator whose time passes only while the reader sleeps.
type scene struct {
	fakeawstest.Served
	t *testing.T
	// at is when each request was sent, throttled how many Route 53 throttled.
	at        []time.Time
	throttled int
	client    *route53.Client
}

func newScene(t *testing.T) *scene {
	s := &scene{Served: fakeawstest.Serve(t), t: t}
	s.client = route53.NewFromConfig(s.Config(fakeawstest.East, fakeaws.Administrator), func(o *route53.Options) {
		o.Retryer = aws.NopRetryer{}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Count", s.count), middleware.Before)
		})
	})
	return s
}

func (s *scene) count(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	s.at = append(s.at, s.World.Now())
	out, metadata, err := next.HandleInitialize(ctx, in)
	if fakeawstest.CodeOf(err) == "Throttling" {
		s.throttled++
	}
	return out, metadata, err
}

// Now is the simulator's time, and Sleep lets it pass.
func (s *scene) Now() time.Time { return s.World.Now() }

func (s *scene) Sleep(ctx context.Context, d time.Duration) error {
	s.Pass(d)
	return ctx.Err()
}

func (s *scene) reader() *survey.Reader { return &survey.Reader{DNS: s.client, Clock: s} }

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) pair(zone, name string) {
	s.must(s.PutRecordSet(zone, fakeaws.RecordSet{Name: name, Type: "A", TTL: 60, SetIdentifier: "us-east-1", Weight: 100, Values: []string{"192.0.2.1"}}))
	s.must(s.PutRecordSet(zone, fakeaws.RecordSet{Name: name, Type: "A", TTL: 60, SetIdentifier: "us-west-2", Values: []string{"192.0.2.2"}}))
}

// TestTenThousandRecordsAreReadWithinTheRequestBuckets: 9,000 record sets in one zone and 1,000 in 125, all in virtual time.
func TestTenThousandRecordsAreReadWithinTheRequestBuckets(t *testing.T) {
	s := newScene(t)
	s.must(s.AddZone("ZLARGE", "large.example"))
	for i := range 4500 {
		s.pair("ZLARGE", fmt.Sprintf("app-%d.large.example", i))
	}
	s.must(s.TagZone("ZLARGE", map[string]string{"team": "shop"}))
	for z := range 125 {
		id, name := fmt.Sprintf("Z%03d", z), fmt.Sprintf("zone-%d.example", z)
		s.must(s.AddZone(id, name))
		s.must(s.TagZone(id, map[string]string{"team": "shop"}))
		for i := range 4 {
			s.pair(id, fmt.Sprintf("app-%d.%s", i, name))
		}
	}
	began := s.Now()
	zones, err := s.reader().Zones(t.Context(), survey.Wanted{Tags: map[string]string{"team": "shop"}})
	s.must(err)
	// 2 pages of zones, 13 requests for tags, 30 pages of the large zone, 1 of each other.
	if took := s.Now().Sub(began); len(s.at) != 2+13+30+125 || took > time.Minute || s.throttled > 0 {
		t.Errorf("%d requests in %s, %d throttled; want 170, in less than a minute, and none", len(s.at), took, s.throttled)
	}
	for i := 5; i < len(s.at); i++ {
		if within := s.at[i].Sub(s.at[i-5]); within < time.Second {
			t.Fatalf("requests %d to %d are within %s; want five in a second at most", i-5, i, within)
		}
	}
	o := estate.Options{Plan: failover.DefaultPlan()}
	o.Health, err = estate.ParseRules("h", []byte("- {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}"))
	s.must(err)
	result := estate.Import(zones, nil, o)
	apps, err := applicationsfile.Parse("applications.yaml", []byte(result.YAML()), o.Plan)
	if err != nil || len(apps) != 5000 {
		t.Errorf("%d applications, %v; want 5000", len(apps), err)
	}
}

// TestAThrottledRequestIsSentAgain: another program has taken the account's tokens, and takes those that come back for ten seconds.
func TestAThrottledRequestIsSentAgain(t *testing.T) {
	s := newScene(t)
	s.must(s.AddZone("Z1", "example.com"))
	s.pair("Z1", "www.example.com")
	for range 50 {
		_, err := s.Route53().GetHostedZone(t.Context(), &route53.GetHostedZoneInput{Id: aws.String("Z1")})
		s.must(err)
	}
	zones, err := s.reader().Zones(t.Context(), survey.Wanted{})
	if err != nil || s.throttled == 0 || len(zones) != 1 || len(zones[0].Sets) != 2 {
		t.Errorf("%v, %d throttled, zones %v; want that the reader waits and reads all", err, s.throttled, zones)
	}
}

func TestAReaderThatIsThrottledForLongGivesUp(t *testing.T) {
	s := newScene(t)
	s.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "Throttling", Message: "Rate exceeded"}})
	_, err := s.reader().Zones(t.Context(), survey.Wanted{})
	if err == nil || !strings.Contains(err.Error(), "Rate exceeded") || len(s.at) != 10 {
		t.Errorf("%v after %d requests; want the error of Route 53 after ten", err, len(s.at))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.reader().Zones(ctx, survey.Wanted{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want that of the context", err)
	}
}

func TestZonesAreChosenByNameIDPatternAndTag(t *testing.T) {
	s := newScene(t)
	for id, name := range map[string]string{"Z1": "example.com", "Z2": "example.org", "Z3": "shop.example.com", "Z4": "example.com"} {
		s.must(s.AddZone(id, name))
	}
	s.must(s.SetZoneKind("Z4", r53.ZoneKind{Private: true}))
	s.must(s.TagZone("Z1", map[string]string{"team": "shop", "stage": "live"}))
	s.must(s.TagZone("Z2", map[string]string{"team": "pay", "stage": "live"}))
	for _, c := range []struct {
		wanted survey.Wanted
		want   string
	}{
		{survey.Wanted{}, "Z1 Z4 Z2 Z3"},
		{survey.Wanted{Names: []string{"example.com"}}, "Z1 Z4"},
		{survey.Wanted{Names: []string{"Example.ORG."}}, "Z2"},
		{survey.Wanted{Names: []string{"/hostedzone/Z3", "Z4"}}, "Z4 Z3"},
		{survey.Wanted{Names: []string{"*.example.com"}}, "Z3"},
		{survey.Wanted{Names: []string{"example.*"}}, "Z1 Z4 Z2"},
		{survey.Wanted{Tags: map[string]string{"team": "shop"}}, "Z1"},
		{survey.Wanted{Tags: map[string]string{"stage": ""}}, "Z1 Z2"},
		{survey.Wanted{Tags: map[string]string{"stage": "live", "team": "pay"}}, "Z2"},
		{survey.Wanted{Names: []string{"example.com"}, Tags: map[string]string{"stage": "live"}}, "Z1"},
		{survey.Wanted{Tags: map[string]string{"team": "none"}}, "none of the 4 hosted zones of the account is wanted; expected one with the tags map[team:none]"},
		{survey.Wanted{Names: []string{"example.net"}}, "no hosted zone example.net; expected a name, an id or a pattern of one of: example.com Z1, example.org Z2, shop.example.com Z3, example.com Z4, private"},
	} {
		zones, err := s.reader().Zones(t.Context(), c.wanted)
		var got []string
		for _, z := range zones {
			got = append(got, z.ID)
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.wanted, diff)
		}
	}
}

// TestARecordSetComesBackAsItWas: what is read and written again is the same to Route 53, which takes a DELETE of it.
func TestARecordSetComesBackAsItWas(t *testing.T) {
	s := newScene(t)
	s.must(s.AddZone("Z1", "example.com"))
	s.SetHealthCheck("hc", true)
	alias := &fakeaws.AliasTarget{Name: "dualstack.a-1.us-east-1.elb.amazonaws.com", Zone: "Z35SXDOTRQ7X7K", EvaluateTargetHealth: true}
	for _, set := range []fakeaws.RecordSet{
		{Name: "*.example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.1", "192.0.2.2"}},
		{Name: `a\100b.example.com`, Type: "TXT", TTL: 60, Values: []string{`"x"`}},
		{Name: "a.example.com", Type: "A", SetIdentifier: "w", Weight: 7, Alias: alias, HealthCheck: "hc"},
		{Name: "b.example.com", Type: "A", SetIdentifier: "l", Latency: "eu-west-1", Alias: alias},
		{Name: "c.example.com", Type: "A", SetIdentifier: "f", Failover: "PRIMARY", TTL: 60, Values: []string{"192.0.2.1"}, HealthCheck: "hc"},
		{Name: "d.example.com", Type: "A", SetIdentifier: "g", Geo: &r53.GeoLocation{Country: "US", Subdivision: "CA"}, TTL: 60, Values: []string{"192.0.2.1"}},
		{Name: "e.example.com", Type: "A", SetIdentifier: "g", Geo: &r53.GeoLocation{Continent: "EU"}, TTL: 60, Values: []string{"192.0.2.1"}},
		{Name: "f.example.com", Type: "A", SetIdentifier: "m", MultiValue: true, TTL: 60, Values: []string{"192.0.2.1"}},
	} {
		s.must(s.PutRecordSet("Z1", set))
	}
	z, err := s.reader().Zone(t.Context(), "Z1")
	s.must(err)
	for _, set := range z.Sets {
		api := survey.ToAPI(set)
		_, err := s.client.ChangeResourceRecordSets(t.Context(), deletion("Z1", api))
		if err != nil {
			t.Errorf("%s: %v; want that its deletion is accepted", set.Name, err)
		}
	}
	if left := len(s.RecordSets("Z1")); left != 0 || len(z.Sets) != 8 {
		t.Errorf("%d of %d record sets are left", left, len(z.Sets))
	}
}

func deletion(zone string, set types.ResourceRecordSet) *route53.ChangeResourceRecordSetsInput {
	return &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: &zone, ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionDelete, ResourceRecordSet: &set}}},
	}
}

func TestMetricsOfARegionAreRead(t *testing.T) {
	s := newScene(t)
	s.PutMetric(fakeawstest.East, "AWS/ApplicationELB", "HealthyHostCount", map[string]string{"LoadBalancer": "app/a/1", "TargetGroup": "targetgroup/a/1"}, 1)
	s.PutMetric(fakeawstest.East, "AWS/ApplicationELB", "RequestCount", map[string]string{"LoadBalancer": "app/a/1"}, 1)
	s.PutMetric(fakeawstest.East, "CloudWatchSynthetics", "SuccessPercent", map[string]string{"CanaryName": "a"}, 100)
	s.PutMetric(fakeawstest.West, "AWS/NetworkELB", "HealthyHostCount", map[string]string{"LoadBalancer": "net/a/1", "TargetGroup": "targetgroup/a/1"}, 1)
	got, err := survey.Metrics(t.Context(), s.CloudWatch(fakeawstest.East))
	s.must(err)
	want := []estate.Metric{
		{Namespace: "AWS/ApplicationELB", Name: "HealthyHostCount", Dimensions: map[string]string{"LoadBalancer": "app/a/1", "TargetGroup": "targetgroup/a/1"}},
		{Namespace: "CloudWatchSynthetics", Name: "SuccessPercent", Dimensions: map[string]string{"CanaryName": "a"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}
