package route53_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// serveChecks has a check of each type that needs no routing control.
func serveChecks(t testing.TB) served {
	t.Helper()
	s := served{fakeawstest.Serve(t)}
	s.AddLever(t, func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 404}`)} })
	if err := s.AddAlarm(evacuated(func(r *fakeaws.AlarmRule) { r.Dimensions = map[string]string{"Switch": "default"} })); err != nil {
		t.Fatal(err)
	}
	s.addCheck(t, lever("b", func(h *fakeaws.HealthCheck) {
		h.Inverted, h.Regions = true, []string{"us-west-1", "eu-west-1", "sa-east-1"}
	}))
	s.addCheck(t, onAlarm("c", fakeaws.MissingLastKnown))
	s.addCheck(t, fakeaws.HealthCheck{ID: "a", Type: fakeaws.CheckCalculated, Children: []string{"b", "c"}, HealthThreshold: 2})
	return s
}

func TestGetHealthCheck(t *testing.T) {
	s := serveChecks(t)
	for id, want := range map[string]types.HealthCheckConfig{
		"a": {Type: types.HealthCheckTypeCalculated, ChildHealthChecks: []string{"b", "c"}, HealthThreshold: aws.Int32(2), Inverted: aws.Bool(false), Disabled: aws.Bool(false)},
		"b": {
			Type: types.HealthCheckTypeHttps, FullyQualifiedDomainName: aws.String(fakeawstest.LeverHost), Port: aws.Int32(443), ResourcePath: aws.String("/switches/default/us-east-1"),
			RequestInterval: aws.Int32(10), FailureThreshold: aws.Int32(1), Inverted: aws.Bool(true), Disabled: aws.Bool(false), EnableSNI: aws.Bool(true),
			MeasureLatency: aws.Bool(false), Regions: []types.HealthCheckRegion{"us-west-1", "eu-west-1", "sa-east-1"},
		},
		"c": {
			Type: types.HealthCheckTypeCloudwatchMetric, AlarmIdentifier: &types.AlarmIdentifier{Name: aws.String("evacuated"), Region: west},
			InsufficientDataHealthStatus: types.InsufficientDataHealthStatusLastKnownStatus, Inverted: aws.Bool(false), Disabled: aws.Bool(false),
		},
	} {
		out, err := s.Route53().GetHealthCheck(t.Context(), &route53.GetHealthCheckInput{HealthCheckId: &id})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, out.HealthCheck.HealthCheckConfig, cmpopts.IgnoreUnexported(want, types.AlarmIdentifier{})); diff != "" || *out.HealthCheck.Id != id {
			t.Errorf("check %s has the id %s and (-want +got):\n%s", id, *out.HealthCheck.Id, diff)
		}
		if alarm := out.HealthCheck.CloudWatchAlarmConfiguration; (alarm != nil) != (id == "c") ||
			id == "c" && (*alarm.MetricName != "Evacuated" || *alarm.Period != 60 || *alarm.Dimensions[0].Value != "default") {
			t.Errorf("check %s has the alarm %+v", id, alarm)
		}
	}
	_, err := s.Route53().GetHealthCheck(t.Context(), &route53.GetHealthCheckInput{HealthCheckId: aws.String("d")})
	if codeOf(err) != "NoSuchHealthCheck" {
		t.Errorf("GetHealthCheck of none = %v; want NoSuchHealthCheck", err)
	}
}

func TestListHealthChecksComesInPages(t *testing.T) {
	s := serveChecks(t)
	var got []string
	pages := route53.NewListHealthChecksPaginator(s.Route53(), &route53.ListHealthChecksInput{MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.HealthChecks {
			got = append(got, *c.Id)
		}
		got = append(got, "|")
	}
	if diff := cmp.Diff([]string{"a", "b", "|", "c", "|"}, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	_, err := s.Route53().ListHealthChecks(t.Context(), &route53.ListHealthChecksInput{Marker: aws.String("bb")})
	if codeOf(err) != "InvalidInput" {
		t.Errorf("a marker of its own = %v; want InvalidInput", err)
	}
}

func TestGetHealthCheckStatus(t *testing.T) {
	s := serveChecks(t)
	status := func(id string) (*route53.GetHealthCheckStatusOutput, error) {
		return s.Route53().GetHealthCheckStatus(t.Context(), &route53.GetHealthCheckStatusInput{HealthCheckId: &id})
	}
	if out, err := status("b"); err != nil || len(out.HealthCheckObservations) != 0 {
		t.Errorf("before the first request %+v, %v; want no observations", out, err)
	}
	s.Pass(15 * time.Second)
	out, err := status("b")
	if err != nil || len(out.HealthCheckObservations) != 3 {
		t.Fatalf("%+v, %v; want an observation of each Region", out, err)
	}
	o := out.HealthCheckObservations[1]
	if o.Region != "eu-west-1" || *o.StatusReport.Status != "Failure: HTTP Status Code 404, Not Found" || !o.StatusReport.CheckedTime.Equal(fakeawstest.Start.Add(10*time.Second+30*time.Millisecond)) {
		t.Errorf("observation %s %s at %v", o.Region, *o.StatusReport.Status, o.StatusReport.CheckedTime)
	}
	for id, want := range map[string]string{"a": "InvalidInput", "c": "InvalidInput", "d": "NoSuchHealthCheck"} {
		s.Pass(time.Second)
		if _, err := status(id); codeOf(err) != want {
			t.Errorf("status of %s = %v; want %s", id, err, want)
		}
	}
	s.Pass(10 * time.Second)
	for n := range 5 {
		if _, err := status("b"); (codeOf(err) == "Throttling") != (n == 4) {
			t.Errorf("request %d in one second = %v; want four answered", n+1, err)
		}
	}
}

func TestHealthChecksAreAuthorizedByTheirARN(t *testing.T) {
	s := serveChecks(t)
	key := s.As(t, `{"Effect": "Allow", "Action": ["route53:GetHealthCheck", "route53:GetHealthCheckStatus"], "Resource": "arn:aws:route53:::healthcheck/b"}`)
	client := route53.NewFromConfig(s.Config(east, key))
	for id, want := range map[string]string{"b": "", "c": "AccessDenied"} {
		if _, err := client.GetHealthCheck(t.Context(), &route53.GetHealthCheckInput{HealthCheckId: &id}); codeOf(err) != want {
			t.Errorf("GetHealthCheck %s = %v; want %q", id, err, want)
		}
	}
}

func TestRecordSetsTakeHealthChecksThatExist(t *testing.T) {
	s := serveZone(t)
	set := weigh(types.ChangeActionUpsert, "www.example.com", west, 0)
	set.ResourceRecordSet.HealthCheckId = aws.String("check")
	if _, err := s.Change(set); codeOf(err) != "NoSuchHealthCheck" {
		t.Errorf("a check that is not there = %v; want NoSuchHealthCheck", err)
	}
	s.SetHealthCheck("check", true)
	s.MustChange(t, set)
}

func TestADarkGlobalRegionTakesTheControlPlaneAlong(t *testing.T) {
	s := serveZone(t)
	s.ControlPlaneStays = false
	s.SetHealthCheck("check", true)
	id := s.MustChange(t, shift()...)
	calls := map[string]func() error{
		"ChangeResourceRecordSets": func() error { _, err := s.Change(shift()...); return err },
		"GetChange": func() error {
			_, err := s.Route53().GetChange(t.Context(), &route53.GetChangeInput{Id: &id})
			return err
		},
		"GetHealthCheck": func() error {
			_, err := s.Route53().GetHealthCheck(t.Context(), &route53.GetHealthCheckInput{HealthCheckId: aws.String("check")})
			return err
		},
		"ListResourceRecordSets": func() error {
			_, err := s.Route53().ListResourceRecordSets(t.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(testZone)})
			return err
		},
		"GetHostedZone": func() error {
			_, err := s.Route53().GetHostedZone(t.Context(), &route53.GetHostedZoneInput{Id: aws.String(testZone)})
			return err
		},
	}
	expect := func(when string, answers bool) {
		t.Helper()
		for name, call := range calls {
			if err := call(); (err == nil) != answers {
				t.Errorf("%s: %s = %v; want an answer: %t", when, name, err, answers)
			}
			if last := s.Calls()[len(s.Calls())-1]; !answers && last.Code != "Unreachable" {
				t.Errorf("%s: %s is in the journal with the code %q; want Unreachable", when, name, last.Code)
			}
		}
	}
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	expect("dark", false)
	s.Pass(31 * time.Second)
	if journal := s.Journal(); journal[len(journal)-1].Text != "change "+id[len("/change/"):]+" is in sync" {
		t.Errorf("the last entry is %+v; want that the change has reached the name servers all the same", journal[len(journal)-1])
	}
	if err := s.SetDark(east, false); err != nil {
		t.Fatal(err)
	}
	expect("back", true)
	s.SetControlPlane(true)
	expect("gone by itself", false)
	s.ControlPlaneStays = true
	expect("gone, whatever the Region does", false)
	s.SetControlPlane(false)
	expect("back again", true)
	var texts []string
	for _, e := range s.Journal() {
		if e.Object == "control plane" {
			texts = append(texts, e.Text)
		}
	}
	if diff := cmp.Diff([]string{"does not answer", "answers again", "does not answer", "answers again"}, texts); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}
