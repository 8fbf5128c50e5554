package failover

import "testing"

// TestAPartIsOneOfItsOwn: of each kind of part, exactly one field of it is another's in turn, and then it is not that part.
func TestAPartIsOneOfItsOwn(t *testing.T) {
	app := Application{Name: "shop", Wave: 1}
	record, database := Record{Name: "www.shop.example", Type: "A", Zone: "Z1"}, Database{GlobalCluster: "orders"}
	for _, c := range []struct {
		name             string
		part             SetAside
		record, database bool
	}{
		{"the record", RecordAside("shop", record, Rejected, "no"), true, false},
		{"a record of another application", RecordAside("blog", record, Rejected, "no"), false, false},
		{"a record of another zone", RecordAside("shop", Record{Name: record.Name, Type: "A", Zone: "Z2"}, Rejected, "no"), false, false},
		{"a record of another type", RecordAside("shop", Record{Name: record.Name, Type: "AAAA", Zone: "Z1"}, Rejected, "no"), false, false},
		{"a record of another name", RecordAside("shop", Record{Name: "shop.example", Type: "A", Zone: "Z1"}, Rejected, "no"), false, false},
		{"the application", ApplicationAside("shop", Rejected, "no"), true, true},
		{"another application", ApplicationAside("blog", Rejected, "no"), false, false},
		{"the traffic of its wave", SetAside{Kind: TrafficKind, Wave: 1}, true, false},
		{"the traffic of all waves", SetAside{Kind: TrafficKind}, true, false},
		{"the traffic of another wave", SetAside{Kind: TrafficKind, Wave: 2}, false, false},
		{"the database", SetAside{Kind: DatabaseKind, Object: "orders"}, false, true},
		{"another database", SetAside{Kind: DatabaseKind, Object: "bills"}, false, false},
		{"the databases of its wave", SetAside{Kind: DatabasesKind, Wave: 1}, false, true},
		{"the databases of all waves", SetAside{Kind: DatabasesKind}, false, true},
		{"the databases of another wave", SetAside{Kind: DatabasesKind, Wave: 2}, false, false},
	} {
		aside := Aside{{Kind: SwitchKind, Object: "default", Wave: 1}, c.part}
		if got := aside.Record(app, record); got != c.record {
			t.Errorf("%s: the record is set aside: %v; want %v", c.name, got, c.record)
		}
		if got := aside.Database(app, database); got != c.database {
			t.Errorf("%s: the database is set aside: %v; want %v", c.name, got, c.database)
		}
	}
}

// TestAProofPassesAtItsFirstHealthyCheck: it moves no user, so there is nothing to bake.
func TestAProofPassesAtItsFirstHealthyCheck(t *testing.T) {
	for i, stage := range PlanProof(DefaultPlan(), "us-west-2", "us-east-1", 4) {
		if stage.Passes != 1 || stage.Index != 4+i || stage.Wave != 0 || stage.Percent != nil || stage.Promote {
			t.Errorf("part %d of the proof: %+v", i, stage)
		}
	}
}
