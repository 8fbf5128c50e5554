package lambda_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const machineRole = "arn:aws:iam::111122223333:role/machine"

func TestConcurrencyIsLimitedByReservationAndAccount(t *testing.T) {
	s := serve(t)
	s.Role(t, machineRole, "lambda:InvokeFunction")
	two := 2
	add := func(name string, reserved *int, invoke func()) {
		t.Helper()
		err := s.AddFunction(fakeaws.Function{
			ARN: "arn:aws:lambda:us-west-2:111122223333:function:" + name, Name: name, Region: west, Timeout: time.Minute, Reserved: reserved,
			Invoke: func([]byte) fakeaws.InvokeResult {
				if invoke != nil {
					invoke()
				}
				return fakeaws.InvokeResult{Payload: []byte(`1`)}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	invoke := func(name string) (int, string) {
		return s.Send(t, west, fakeaws.Administrator, "lambda", "", "POST", "/2015-03-31/functions/"+name+"/invocations", `{}`)
	}
	depth, status, body := 0, http.StatusOK, ""
	add("reserved", &two, func() { // calls itself until Lambda rejects it
		if depth++; depth <= 5 && status == http.StatusOK {
			if got, text := invoke("reserved"); got != http.StatusOK {
				status, body = got, text
			}
		}
	})
	add("plain", nil, nil)
	invoke("reserved")
	if depth != 2 || status != http.StatusTooManyRequests || !strings.Contains(body, "ReservedFunctionConcurrentInvocationLimitExceeded") {
		t.Errorf("%d at the same time, then %d %s; want 2, and the reservation as the reason", depth, status, body)
	}
	if err := s.SetOtherConcurrency(west, 998); err != nil {
		t.Fatal(err)
	}
	if status, body := invoke("plain"); status != http.StatusTooManyRequests || !strings.Contains(body, `"ConcurrentInvocationLimitExceeded"`) {
		t.Errorf("with nothing unreserved left: %d %s; want the account's limit as the reason", status, body)
	}
	depth = 9
	if status, body := invoke("reserved"); status != http.StatusOK || body != "1" {
		t.Errorf("with reserved concurrency: %d %s; want its answer", status, body)
	}
	if err := s.SetConcurrencyLimit(west, 2000); err != nil {
		t.Fatal(err)
	}
	if status, body := invoke("plain"); status != http.StatusOK || body != "1" {
		t.Errorf("with a higher limit: %d %s; want its answer", status, body)
	}
	_, settings := s.Send(t, west, fakeaws.Administrator, "lambda", "", "GET", "/2016-08-19/account-settings/", "")
	if !strings.Contains(settings, `"ConcurrentExecutions":2000`) || !strings.Contains(settings, `"UnreservedConcurrentExecutions":1998`) {
		t.Errorf("settings %s; want the limit, and what is not reserved of it", settings)
	}
	for _, err := range []error{s.SetOtherConcurrency("eu-west-1", 1), s.SetConcurrencyLimit(west, -1)} {
		if err == nil {
			t.Error("no error for a Region or a limit that cannot be")
		}
	}
}
