package route53

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Probe is what a health checker asks an endpoint.
type Probe struct {
	// Check is the health check's id.
	Check string
	// Host is the name, or the address, that is asked.
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
	// Connect is how long it took to connect, Respond how long the status took then.
	Connect, Respond time.Duration
}

// Endpoints is where health checkers ask. Ask is called without the mutex, while the clock stands still.
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

// SetEndpoint changes what health checkers see of a host: with a status, the host answers it and nothing else is asked;
// without one, its own answer comes so much later. A zero answer takes that back.
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

// ask asks an endpoint, as the scenario lets it answer.
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

// judge says whether an answer passes, as GetHealthCheckStatus reports it, and when that is known. Only the status counts,
// and that it comes in time.
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
