package stepfunctions

import (
	"fmt"
	"time"
)

// PauseExecution delays everything that an execution waits for until the pause ends. Step Functions does not document
// how late a Wait state may end or an answer may arrive. See SFN-5 in docs/fidelity.md.
func (ctl Control) PauseExecution(arn string, lasts time.Duration) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	e := ctl.s.find(arn)
	if e == nil {
		return fmt.Errorf("pause %s: there is no such execution", arn)
	}
	e.pausedUntil = ctl.s.k.Now().Add(lasts)
	return nil
}

// regionChanged resumes the parked executions of a Region that is back. What they waited for is requested again: a
// function whose answer was lost runs a second time. See SFN-1 in docs/fidelity.md.
func (s *Service) regionChanged(region string, dark bool) {
	if dark {
		return
	}
	for _, e := range s.executions {
		if e.parked && e.machine.Region == region {
			e.parked = false
			s.next(e)
		}
	}
}
