package failover

import (
	"errors"
	"testing"
)

func TestATaskErrorKeepsItsFieldsAndItsCause(t *testing.T) {
	cause := errors.New("it is locked")
	err := Fail(Busy, Doing("change", "zone Z1", cause))
	var task *TaskError
	if !errors.As(err, &task) || task.Verb != "change" || task.Object != "zone Z1" || !errors.Is(err, cause) {
		t.Fatalf("got %#v; want the verb, the object and the cause", err)
	}
	if got, want := err.Error(), "change zone Z1: it is locked"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if got, want := Doing("register", "", cause).Error(), "register: it is locked"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if err := Doing("change", "zone Z1", nil); err != nil {
		t.Errorf("got %v; want no error", err)
	}
}

func TestTheFirstErrorCountsTheOthers(t *testing.T) {
	cause := Doing("write", "application a", errors.New("no"))
	for more, want := range map[int]string{0: "write application a: no", 3: "write application a: no; and 3 more of 12 applications failed"} {
		err := &FirstError{Err: cause, More: more, Of: "12 applications"}
		if got := err.Error(); got != want || !errors.Is(err, cause) {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}
