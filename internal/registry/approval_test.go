package registry

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

func approval(run, token string, asked time.Time) Approval {
	return Approval{Run: run, Token: token, Region: west, Gate: "before-promotion", Asked: asked, Until: asked.Add(30 * time.Minute)}
}

func putApproval(t *testing.T, s *Store, a Approval) {
	t.Helper()
	if err := s.PutApproval(ctx, a); err != nil {
		t.Fatal(err)
	}
}

func wantApproval(t *testing.T, s *Store, want Approval) {
	t.Helper()
	got, err := s.Approval(ctx, want.Run, want.Region)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("approval (-want +got):\n%s", diff)
	}
}

func TestTheLastQuestionOfARunIsTheOneThatIsAnswered(t *testing.T) {
	s := newStore(t)
	first, second := approval("a", "1", noon), approval("a", "2", noon.Add(time.Minute))
	putApproval(t, s, first)
	putApproval(t, s, first)
	putApproval(t, s, approval("b", "3", noon))
	wantApproval(t, s, first)
	putApproval(t, s, second)
	wantApproval(t, s, second)
	putApproval(t, s, first) // the first one's message was slow
	wantApproval(t, s, second)
	second.Notified = true
	putApproval(t, s, second)
	wantApproval(t, s, second)
	again := second
	again.Token, again.Try, again.Notified = "4", 1, false
	putApproval(t, s, again)
	wantApproval(t, s, again)
	putApproval(t, s, second) // the try before, whose token is dead
	wantApproval(t, s, again)
}

func TestWhatARunAskedIsKeptWhenItIsOver(t *testing.T) {
	s := newStore(t)
	asked := approval("a", "1", noon)
	putApproval(t, s, asked)
	for _, run := range []string{"a", "a", "never"} {
		if err := s.EndApproval(ctx, run, west); err != nil {
			t.Fatal(err)
		}
	}
	asked.Over = true
	wantApproval(t, s, asked)
	if _, err := s.Approval(ctx, "never", west); !errors.Is(err, ErrNotAsked) {
		t.Errorf("got %v; want ErrNotAsked", err)
	}
}

// TestApprovalsOfARunAreInTheOrderOfTheirRegions: an operator who has to choose is shown the same order each time.
func TestApprovalsOfARunAreInTheOrderOfTheirRegions(t *testing.T) {
	for _, regions := range [][]failover.Region{{east, west}, {west, east}} {
		s := newStore(t)
		for _, region := range regions {
			if err := s.PutApproval(ctx, Approval{Run: "run-1", Region: region, Token: string(region), Gate: "before-start", Asked: noon, Until: noon}); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := s.Approvals(ctx, "run-1"); err != nil || len(all) != 2 || all[0].Region != east || all[1].Region != west || all[1].Token != string(west) {
			t.Errorf("%+v, %v; want those of %s and %s", all, err, east, west)
		}
	}
}
