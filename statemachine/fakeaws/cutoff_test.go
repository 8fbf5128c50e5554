package fakeaws

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/asl"
)

const waiting = `{"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {
	"Wait": {"Type": "Wait", "Seconds": 10, "Next": "Done"}, "Done": {"Type": "Succeed"}}}`

// waits starts an execution that waits for ten seconds.
func waits(t *testing.T, w *World) (arn string) {
	t.Helper()
	machine := "arn:aws:states:us-west-2:111122223333:stateMachine:m"
	if err := w.AddStateMachine(StateMachine{ARN: machine, Name: "m", Region: "us-west-2", Definition: waiting}); err != nil {
		t.Fatal(err)
	}
	arn, err := w.StartExecution(machine, "run", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

func twoRegions() *World {
	return New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
}

func TestNothingReachesAnExecutionThatIsPaused(t *testing.T) {
	w := twoRegions()
	start := w.Now()
	arn := waits(t, w)
	if err := w.PauseExecution(arn, time.Hour); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(start.Add(time.Hour - time.Second))
	if x, _ := w.Execution(arn); x.Status != string(asl.Running) {
		t.Errorf("before the end of the pause: %s; want it to wait", x.Status)
	}
	w.AdvanceTo(start.Add(time.Hour))
	if x, _ := w.Execution(arn); x.Status != string(asl.Succeeded) || !x.StoppedAt.Equal(start.Add(time.Hour)) {
		t.Errorf("after the pause: %s at %s; want it to go on at its end", x.Status, x.StoppedAt)
	}
	if err := w.PauseExecution("arn:none", time.Hour); err == nil {
		t.Error("an execution that is not there was paused")
	}
}

func TestFunctionsDoNotReachARegionThatTheyCannotSee(t *testing.T) {
	w := twoRegions()
	if err := w.CutOff("us-west-2", "us-east-1", true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		calling, region string
		apart           bool
	}{
		{"us-west-2", "us-east-1", true}, {"us-east-1", "us-west-2", true}, {"us-west-2", "us-west-2", false}, {"", "us-east-1", false},
	} {
		if got := !w.k.Connected(c.calling, c.region); got != c.apart {
			t.Errorf("a caller in %q and %s: apart %t; want %t", c.calling, c.region, got, c.apart)
		}
	}
	if err := w.CutOff("us-west-2", "us-east-1", false); err != nil || !w.k.Connected("us-west-2", "us-east-1") {
		t.Errorf("still apart, or %v", err)
	}
	if err := w.CutOff("us-west-2", "mars-1", true); err == nil {
		t.Error("a Region that is not there was cut off")
	}
}

// database is a World with one global cluster whose writer is in us-east-1.
func database(t *testing.T) (*World, *globalCluster) {
	t.Helper()
	w := twoRegions()
	member := func(region string) Member {
		return Member{Region: region, ClusterARN: "arn:aws:rds:" + region + ":111122223333:cluster:c-" + region, ClusterID: "c-" + region}
	}
	err := w.AddGlobalCluster(GlobalCluster{ID: "c", Primary: "us-east-1", Lag: time.Second, Members: []Member{member("us-east-1"), member("us-west-2")}})
	if err != nil {
		t.Fatal(err)
	}
	return w, w.rds.clusters["c"]
}

func TestAuroraGivesUpOneSwitchoverOnItsWay(t *testing.T) {
	w, g := database(t)
	if err := w.CancelNextSwitchover("c"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"us-east-1", "us-west-2"} { // the second one goes through
		w.rds.promote(g, Promotion{At: w.k.Now(), GlobalCluster: "c", From: "us-east-1", To: "us-west-2", Planned: true}, g.memberIn("us-east-1"), g.memberIn("us-west-2"))
		w.AdvanceTo(w.Now().Add(5 * time.Minute))
		if writer, available := w.Writer("c"); writer != want || !available {
			t.Errorf("the writer is in %s, available %t; want %s", writer, available, want)
		}
	}
}

func TestAWriterThatCannotBeSeenIsFencedWhenItCan(t *testing.T) {
	w, g := database(t)
	if err := w.CutOff("us-east-1", "us-west-2", true); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(w.Now().Add(time.Minute))
	to := g.memberIn("us-west-2")
	if err := w.rds.mayMove(g, g.memberIn("us-east-1"), to, "us-east-1", true); err == nil {
		t.Error("a switchover goes through although the Regions cannot see each other")
	}
	w.rds.promote(g, Promotion{At: w.k.Now(), GlobalCluster: "c", From: "us-east-1", To: "us-west-2"}, g.memberIn("us-east-1"), to)
	w.AdvanceTo(w.Now().Add(2 * time.Minute))
	if all := w.Writers("c"); len(all) != 2 {
		t.Errorf("writers in %v; want both, for nobody could fence the old one", all)
	}
	if lost := w.DataLoss(); len(lost) != 1 || lost[0].Seconds < 60 {
		t.Errorf("lost %v; want all since the Regions were cut off", lost)
	}
	if err := w.CutOff("us-east-1", "us-west-2", false); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(w.Now().Add(time.Minute))
	if all := w.Writers("c"); len(all) != 1 || all[0] != "us-west-2" {
		t.Errorf("writers in %v; want the new one alone", all)
	}
}

func TestABadReleaseShowsUnderLoadOnly(t *testing.T) {
	l := &load{errorShare: 0.8, errorsFrom: 0.05}
	for share, want := range map[float64]float64{0: 0, 0.04: 0, 0.05: 0.8, 1: 0.8} {
		if got := l.errors(share); got != want {
			t.Errorf("serving %v of the users, %v fail; want %v", share, got, want)
		}
	}
	if err := twoRegions().SetErrorShareUnderLoad("us-west-2", "shop", 2, 0.1); err == nil {
		t.Error("a share of 2 was taken")
	}
}
