package route53

// Route 53 has a control plane in one Region, and a data plane everywhere: name servers and health checkers go on when the
// control plane does not answer, and so do changes that it has accepted (R53-1).

// controlPlane is the object of journal entries about it.
const controlPlane = "control plane"

// SetControlPlane takes the control plane away, or brings it back, whatever the Regions do.
func (ctl Control) SetControlPlane(gone bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.gone == gone {
		return
	}
	ctl.s.gone = gone
	ctl.s.recordControlPlane(gone)
}

// Reachable says whether the control plane answers.
func (r *Service) Reachable() bool {
	return !r.gone && (r.ControlPlaneStays() || !r.k.Dark(r.home()))
}

// home is the Region of the control plane.
func (r *Service) home() string { return string(r.k.Partition.GlobalRegion) }

// regionChanged records that a Region takes the control plane along, or brings it back.
func (r *Service) regionChanged(region string, dark bool) {
	if region == r.home() && !r.gone && !r.ControlPlaneStays() {
		r.recordControlPlane(dark)
	}
}

func (r *Service) recordControlPlane(gone bool) {
	text := "answers again"
	if gone {
		text = "does not answer"
	}
	r.k.Record("route53", controlPlane, "%s", text)
}
