package changebatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/changebatch"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// unit has changes of a name, each with values of a length.
func unit(action types.ChangeAction, changes, values, length int) []types.Change {
	var all []types.Change
	for range changes {
		set := types.ResourceRecordSet{Name: aws.String("a.example.com"), Type: types.RRTypeTxt}
		for range values {
			set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: aws.String(strings.Repeat("ü", length))})
		}
		all = append(all, types.Change{Action: action, ResourceRecordSet: &set})
	}
	return all
}

func TestBatchesAreWithinTheLimits(t *testing.T) {
	const create, upsert = types.ChangeActionCreate, types.ChangeActionUpsert
	for _, c := range []struct {
		name  string
		guard []types.Change
		unit  []types.Change
		units int
		want  string
	}{
		{"nothing", unit(create, 2, 1, 1), nil, 0, ""},
		{"up to 1,000 changes", nil, unit(create, 4, 1, 1), 250, "1000"},
		{"one unit more", nil, unit(create, 4, 1, 1), 251, "1000 4"},
		{"aliases are one each", nil, unit(create, 1, 0, 0), 1001, "1000 1"},
		{"values count", nil, unit(create, 1, 300, 1), 4, "3 1"},
		{"a unit is not split", nil, unit(create, 3, 1, 1), 334, "999 3"},
		{"the guard counts in each batch", unit(create, 2, 1, 1), unit(create, 4, 1, 1), 250, "998 6"},
		{"also its characters, in each batch", unit(create, 1, 1, 3200), unit(create, 1, 1, 3200), 10, "10 2"},
		{"the guard has one value, and many characters", unit(create, 1, 1, 31_000), unit(create, 1, 1, 100), 11, "11 2"},
		{"32,000 characters, and not bytes", nil, unit(create, 1, 1, 3200), 11, "10 1"},
		{"an UPSERT counts twice", nil, unit(upsert, 1, 1, 1), 501, "500 1"},
		{"also its characters", nil, unit(upsert, 1, 1, 3200), 6, "5 1"},
	} {
		var units [][]types.Change
		for range c.units {
			units = append(units, c.unit)
		}
		var got []string
		seen := 0
		for _, b := range changebatch.Split(c.guard, units) {
			got = append(got, fmt.Sprint(len(b.Changes)))
			for _, i := range b.Units {
				if i != seen {
					t.Errorf("%s: unit %d where %d is expected", c.name, i, seen)
				}
				seen++
			}
		}
		if strings.Join(got, " ") != c.want || seen != c.units {
			t.Errorf("%s: batches of %v changes with %d units; want %s with %d", c.name, got, seen, c.want, c.units)
		}
	}
}

func TestAChangeThatIsNotKnownToAllNameServersIsSaidSo(t *testing.T) {
	s := fakeawstest.ServeZone(t)
	pauses := 0
	submitter := changebatch.Submitter{DNS: s.Route53(), Say: func(string, ...any) {}, Pause: func(context.Context) error { pauses++; return nil }}
	id, err := submitter.Submit(t.Context(), fakeawstest.Zone, []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
		Name: aws.String("new.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := submitter.InSync(t.Context(), id); err == nil || !strings.Contains(err.Error(), "is not known to all name servers yet; type the command again") || pauses != 59 {
		t.Errorf("%v after %d pauses; want that it is said after 59", err, pauses)
	}
	s.Pass(time.Minute)
	if err := submitter.InSync(t.Context(), id); err != nil {
		t.Error(err)
	}
	s.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "PriorRequestNotComplete", Message: "busy"}})
	submitter.Pause = func(context.Context) error { return context.Canceled }
	if _, err := submitter.Submit(t.Context(), fakeawstest.Zone, []types.Change{fakeawstest.Weigh(types.ChangeActionUpsert, "www.example.com", "us-east-1", 1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want the end of the pause", err)
	}
}
