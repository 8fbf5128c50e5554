package drill

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// doorkeeper rejects the requests of web pages. A page in a browser on the same machine can send requests to the
// loopback: a page of another origin sends its Origin, and a page whose name resolves to 127.0.0.1 (DNS rebinding) that
// name as the Host. Programs send neither.
type doorkeeper struct {
	// hosts are the values of Host that are the simulator's own, with the port.
	hosts []string
}

// newDoorkeeper knows the names of the loopback, and the one under which the address was asked for.
func newDoorkeeper(address net.Addr, host string) doorkeeper {
	own, port, err := net.SplitHostPort(address.String())
	if err != nil { // no TCP address, which no browser reaches
		return doorkeeper{hosts: []string{address.String()}}
	}
	var d doorkeeper
	for _, name := range []string{"localhost", "127.0.0.1", "::1", own, host} {
		if name == "" {
			continue
		}
		d.hosts = append(d.hosts, strings.ToLower(net.JoinHostPort(name, port)))
	}
	return d
}

// refuses says why a request is rejected; empty when it is not.
func (d doorkeeper) refuses(r *http.Request) string {
	if !slices.Contains(d.hosts, strings.ToLower(r.Host)) {
		return fmt.Sprintf("Host %q is not this simulator's; expected one of %s", clipped(r.Host), strings.Join(d.hosts, ", "))
	}
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Scheme != "http" || !slices.Contains(d.hosts, strings.ToLower(u.Host)) {
			return fmt.Sprintf("Origin %q is not this simulator's; expected none, or http:// and one of %s", clipped(origin), strings.Join(d.hosts, ", "))
		}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return fmt.Sprintf("Sec-Fetch-Site %q; expected a request of this origin, or of no web page", clipped(site))
	}
	return ""
}

// simpleTypes are the media types that a page may send to another origin without a preflight request; the Fetch Standard
// calls them CORS-safelisted.
var simpleTypes = []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}

// curlsType is the media type that curl -d sends for any body. A page that sends it cannot send curl's User-Agent without a
// preflight request: that is no "CORS-safelisted request-header" in the Fetch Standard.
const curlsType = "application/x-www-form-urlencoded"

// simpleType says why a body's media type is rejected where a body changes the simulator; empty when it is not.
func simpleType(r *http.Request) string {
	if r.Method != http.MethodPost {
		return ""
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && media == curlsType && strings.HasPrefix(r.UserAgent(), "curl/") {
		return ""
	}
	if err != nil || slices.Contains(simpleTypes, media) {
		return fmt.Sprintf(`Content-Type %q; expected application/json or application/yaml, as curl --json '{"regionDark": "us-east-1"}' sends it`,
			clipped(r.Header.Get("Content-Type")))
	}
	return ""
}

// clipped keeps what a client has sent readable inside a message.
func clipped(text string) string { return text[:min(len(text), 100)] }
