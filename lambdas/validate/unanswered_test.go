package validate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestACheckInAnOutageAnswersInTime: it asks a control plane that does not answer once, and has one finding about it.
func TestACheckInAnOutageAnswersInTime(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	got := s.validate(`{"action": "check"}`)
	var found []string
	for _, f := range got.Findings {
		if f.Code == failover.CodeUnreachable {
			found = append(found, f.Object)
		}
	}
	want := []string{"the hosted zones, the DNS records, the health checks of switches seen from " + string(west)}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, call := range s.world.Calls() {
		if call.Service == "route53" && call.Operation != "GetHostedZone" {
			t.Errorf("%s was asked; want no call after the first one without an answer", call.Operation)
		}
	}
}

// TestSwitchesThatCannotBeReadAreAFinding in Drover's words, and not in those of the SDK.
func TestSwitchesThatCannotBeReadAreAFinding(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	denied := &fakeaws.APIError{Code: "AccessDeniedException", Status: 400, Message: "not authorized"}
	s.world.Inject(fakeaws.Fault{Service: "dynamodb", Operation: "Query", After: 2, Error: denied})
	got := s.validate(`{"action": "failover", "allowDataLoss": true}`)
	i := slices.IndexFunc(got.Findings, func(f failover.Finding) bool { return strings.HasPrefix(f.Object, "switches of the plan") })
	if i < 0 {
		t.Fatalf("got %+v; want a finding about the switches", got.Findings)
	}
	if text := got.Findings[i].Found; !strings.HasPrefix(text, "could not be read") || !strings.HasSuffix(text, "their applications move by weights") || strings.Contains(text, "operation error") {
		t.Errorf("got %q", text)
	}
}

// TestNoRunIsRefusedForWhatOnlyAdvises: the limit of concurrent executions gives warnings alone, so a run does without it, whether
// Lambda does not answer or IAM does not allow the request.
func TestNoRunIsRefusedForWhatOnlyAdvises(t *testing.T) {
	for _, c := range []failover.Condition{failover.Unreachable, failover.Throttled, failover.Denied} {
		for input, want := range map[string]failover.Verdict{
			`{"action": "switchover"}`: failover.Proceed, `{"action": "drill"}`: failover.Proceed, `{"action": "failover", "allowDataLoss": true}`: failover.Proceed, `{"action": "check"}`: failover.Checked,
		} {
			s := newSwitched(t, armed(shop()))
			s.h.Concurrency = func(context.Context, failover.Region) (live.Concurrency, error) {
				return live.Concurrency{}, failover.Fail(c, errors.New("no answer"))
			}
			got := s.validate(input)
			unread := func(f failover.Finding) bool {
				return f.Code == failover.CodeUnreachable && f.Severity == failover.Warning && f.Object == "the limit of concurrent executions seen from us-west-2"
			}
			if got.Verdict != want || !slices.ContainsFunc(got.Findings, unread) {
				t.Errorf("%s, %s: %s with %+v; want %s and a warning", c, input, got.Verdict, got.Findings, want)
			}
		}
	}
}
