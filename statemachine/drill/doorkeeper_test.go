package drill

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestADoorkeeperKnowsItsOwnNames(t *testing.T) {
	d := newDoorkeeper(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 4599}, "127.0.0.2")
	for _, c := range []struct {
		host, header, value string
		says                string
	}{
		{"127.0.0.1:4599", "", "", ""}, {"localhost:4599", "", "", ""}, {"LOCALHOST:4599", "", "", ""}, {"[::1]:4599", "", "", ""}, {"127.0.0.2:4599", "", "", ""},
		{"evil.example:4599", "", "", "Host"}, {"127.0.0.1:80", "", "", "Host"}, {"127.0.0.1", "", "", "Host"}, {"localhost.evil.example:4599", "", "", "Host"}, {"", "", "", "Host"},
		{"10.0.0.1:4599", "", "", "Host"},
		{"127.0.0.1:4599", "Origin", "http://localhost:4599", ""}, {"127.0.0.1:4599", "Origin", "http://evil.example", "Origin"},
		{"127.0.0.1:4599", "Origin", "null", "Origin"}, {"127.0.0.1:4599", "Origin", "https://localhost:4599", "Origin"}, {"127.0.0.1:4599", "Origin", "http://localhost:4600", "Origin"},
		{"127.0.0.1:4599", "Origin", "http://localhost:4599.evil.example", "Origin"}, {"127.0.0.1:4599", "Origin", "http://localhost:4599@evil.example", "Origin"},
		{"127.0.0.1:4599", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Site"}, {"127.0.0.1:4599", "Sec-Fetch-Site", "none", ""}, {"127.0.0.1:4599", "Sec-Fetch-Site", "same-origin", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/_drover", nil)
		r.Host = c.host
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		if got := d.refuses(r); (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("Host %s, %s %s: %q; want one that says %q", c.host, c.header, c.value, got, c.says)
		}
	}
}

func TestWhatAPageMaySendWithoutAskingIsNoBody(t *testing.T) {
	for media, refused := range map[string]bool{
		"": true, "text/plain": true, "text/plain;charset=UTF-8": true, "application/x-www-form-urlencoded": true, "multipart/form-data; boundary=x": true, "TEXT/PLAIN": true, ";": true,
		"application/json": false, "application/yaml": false, "application/json; charset=utf-8": false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/_drover/faults", nil)
		r.Header.Set("Content-Type", media)
		if got := simpleType(r); (got != "") != refused {
			t.Errorf("%q: %q", media, got)
		}
	}
}
