package route53

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Probe is a health checker's request to an endpoint.
type Probe struct {
	// Check is the health check's id.
	Check string
	// Host is the name or the address to which it is sent.
	Host string
	Port int
	// TLS is set for HTTPS, and SNI when the name is sent with it.
	TLS, SNI bool
	Path     string
}

// ProbeAnswer is how an endpoint answers a health checker.
type ProbeAnswer struct {
	// Status is the HTTP status; 0 means that nothing answered.
	Status int
	// Connect is the time to connect, Respond the time from then to the status.
	Connect, Respond time.Duration
}

// Endpoints answer health checkers. Ask is called without the mutex, while the clock stands still.
type Endpoints interface{ Ask(p Probe) ProbeAnswer }

// The limits of an answer, from "How Amazon Route 53 determines whether a health check is healthy".
const (
	connectLimit = 4 * time.Second
	respondLimit = 2 * time.Second
)

func (c *healthCheck) interval() time.Duration { return time.Duration(c.RequestInterval) * time.Second }

// probe asks an endpoint once, for all checkers (R53-15), and again after the interval.
func (r *Service) probe(c *healthCheck) {
	r.k.After(c.interval(), func() { r.probe(c) })
	p := Probe{Check: c.ID, Host: c.Host, Port: c.Port, TLS: c.Type == TypeHTTPS, SNI: c.Type == TypeHTTPS && !c.NoSNI, Path: c.Path}
	if c.IPAddress != "" {
		p.Host = c.IPAddress
	}
	r.k.Outside(func() {
		answer := r.ask(p)
		passes, report, took := answer.judge()
		r.k.Lock()
		defer r.k.Unlock()
		r.k.After(took, func() { r.observe(c, passes, report) })
	})
}

// SetEndpoint scripts the answer of a host to health checkers. With a status, the host answers that status and is not
// asked; without one, its own answer is delayed. A zero answer ends the script.
func (ctl Control) SetEndpoint(host string, a ProbeAnswer) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if host = strings.ToLower(host); a == (ProbeAnswer{}) {
		delete(ctl.s.scripted, host)
		ctl.s.k.Record("healthcheck", host, "answers health checkers as it did")
		return
	}
	ctl.s.scripted[host] = a
	if a.Status != 0 {
		ctl.s.k.Record("healthcheck", host, "answers health checkers with %d", a.Status)
		return
	}
	ctl.s.k.Record("healthcheck", host, "answers health checkers %s later", a.Connect+a.Respond)
}

// ask asks an endpoint, or gives the answer that the scenario has scripted.
func (r *Service) ask(p Probe) ProbeAnswer {
	r.k.Lock()
	scripted := r.scripted[p.Host]
	r.k.Unlock()
	if scripted.Status != 0 {
		return scripted
	}
	answer := r.endpoints.Ask(p)
	answer.Connect += scripted.Connect
	answer.Respond += scripted.Respond
	return answer
}

// judge says whether an answer passes, with the text of GetHealthCheckStatus, and when that is known. Only the status and
// the time limits count.
func (a ProbeAnswer) judge() (passes bool, report string, took time.Duration) {
	switch {
	case a.Connect > connectLimit || a.Status == 0:
		return false, "Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall.", connectLimit
	case a.Respond > respondLimit:
		return false, "Failure: The health checker connected to the endpoint, but the endpoint didn't respond within the timeout limit.", a.Connect + respondLimit
	}
	took = a.Connect + a.Respond
	status := fmt.Sprintf("HTTP Status Code %d, %s", a.Status, http.StatusText(a.Status))
	if a.Status >= 200 && a.Status < 400 {
		return true, "Success: " + status, took
	}
	return false, "Failure: " + status, took
}
