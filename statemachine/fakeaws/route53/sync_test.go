package route53_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAChangeIsInSyncOncePropagated(t *testing.T) {
	s := serveZone(t)
	s.SetRoute53(fakeaws.Route53Settings{Propagation: 40 * time.Second})
	id := s.MustChange(t, shift()...)
	s.Pass(39 * time.Second)
	if got := s.changeStatus(t, id); got != types.ChangeStatusPending {
		t.Errorf("status after 39 s = %s; want PENDING", got)
	}
	s.Pass(time.Second)
	if got := s.changeStatus(t, id); got != types.ChangeStatusInsync {
		t.Errorf("status after 40 s = %s; want INSYNC", got)
	}
}

func TestALaterChangeIsNeverInSyncBeforeAnEarlierOne(t *testing.T) {
	s := serveZone(t)
	s.SetRoute53(fakeaws.Route53Settings{Propagation: time.Minute})
	s.MustChange(t, shift()...)
	s.SetRoute53(fakeaws.Route53Settings{Propagation: time.Second})
	later := s.MustChange(t, weigh(types.ChangeActionUpsert, "www.example.com", east, 1))
	s.Pass(59 * time.Second)
	if got := s.changeStatus(t, later); got != types.ChangeStatusPending {
		t.Errorf("status of the later change = %s; want PENDING until the earlier one is in sync", got)
	}
}

func TestAChangeThatChangesNothingIsInSyncAtOnce(t *testing.T) { // R53-11
	s := serveZone(t)
	first := s.MustChange(t, shift()...)
	second := s.MustChange(t, shift()...)
	if a, b := s.changeStatus(t, first), s.changeStatus(t, second); a != types.ChangeStatusPending || b != types.ChangeStatusInsync {
		t.Errorf("the change is %s, and the same again %s; want PENDING and INSYNC", a, b)
	}
	s.Pass(time.Minute)
	if got := s.changeStatus(t, first); got != types.ChangeStatusInsync {
		t.Errorf("the change is %s after a minute; want INSYNC", got)
	}
}

func TestALostChangeIsForgottenAndUndone(t *testing.T) {
	s := serveZone(t)
	id := s.MustChange(t, shift()...)
	if err := s.LoseChange(strings.TrimPrefix(id, "/change/")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Route53().GetChange(context.Background(), &route53.GetChangeInput{Id: &id})
	if codeOf(err) != "NoSuchChange" {
		t.Errorf("GetChange = %v; want NoSuchChange", err)
	}
	s.Pass(time.Hour)
	if diff := cmp.Diff(map[string]int{east: 100, west: 0}, s.Weights("www.example.com", "A")); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	for _, e := range s.Journal() {
		if strings.HasSuffix(e.Text, "is in sync") {
			t.Errorf("the lost change came into sync: %s", e.Text)
		}
	}
	if !s.Batches()[0].Lost {
		t.Error("the batch does not say that it is lost")
	}
	if err := s.LoseChange("C1"); err == nil {
		t.Error("losing a change that does not exist was no error")
	}
}
