package failover

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestApplicationsCannotShareARecordNorAClusterOfTwoWaves(t *testing.T) {
	app := func(name string, wave int, record, cluster string) Application {
		return Application{
			Name: name, Wave: wave, Records: []Record{{Name: record, Type: "A", Zone: "Z1"}}, Databases: []Database{{GlobalCluster: cluster}},
		}
	}
	for _, c := range []struct {
		name string
		apps []Application
		want []string
	}{
		{"nothing shared", []Application{app("a", 1, "a.example.com", "a"), app("b", 2, "b.example.com", "b")}, nil},
		{"a cluster in one wave", []Application{app("a", 1, "a.example.com", "a"), app("b", 1, "b.example.com", "A")}, nil},
		{"a cluster in two waves", []Application{app("a", 1, "a.example.com", "a"), app("b", 2, "b.example.com", "A")}, []string{
			"global cluster A belongs to application a (wave 1) and application b (wave 2); give both the same wave, in one file",
		}},
		{"a record", []Application{app("a", 1, "a.example.com", "a"), app("b", 1, "A.example.com.", "b")}, []string{
			"record a.example.com A of zone Z1 belongs to application a (wave 1) and application b (wave 1); take it out of one of them, in one file with both",
		}},
		{"an application that is moved to another wave at the moment", []Application{app("a", 1, "a.example.com", "b"), app("a", 2, "a.example.com", "c")}, nil},
	} {
		var got []string
		for _, conflict := range Conflicts(c.apps) {
			got = append(got, conflict.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
