package clients

import "fmt"

// SetErrorShareUnderLoad makes a share of an application's requests in a Region fail as soon as the Region serves at
// least so large a part of its users: that is how a release behaves whose mistake appears only under load. Both are 0 to
// 1.
func (ctl Control) SetErrorShareUnderLoad(region, application string, share, from float64) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if share < 0 || share > 1 || from < 0 || from > 1 {
		return fmt.Errorf("set error share: %v from %v of the users on; expected 0 to 1", share, from)
	}
	l, err := ctl.s.place(region, application)
	if err != nil {
		return fmt.Errorf("set error share: %w", err)
	}
	l.errorShare, l.errorsFrom = share, from
	ctl.s.k.Record("traffic", application, "a release in %s fails %.0f %% of its requests once it serves %.0f %% of the users", region, 100*share, 100*from)
	return nil
}
