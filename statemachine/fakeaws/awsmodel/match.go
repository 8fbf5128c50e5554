package awsmodel

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

var uriLabel = regexp.MustCompile(`\\\{[^}]*\\\}`)

// Match is the protocol and the operation of a request to the service; the operation is empty when the model has none for it.
func (s Service) Match(r *http.Request, body []byte) (protocol, operation string) {
	kind := r.Header.Get("Content-Type")
	switch target := r.Header.Get("X-Amz-Target"); {
	case s.Protocol == ProtocolRestJSON || s.Protocol == ProtocolRestXML:
		return s.Protocol, s.route(r)
	case target != "":
		_, operation, _ = strings.Cut(target, ".")
		return ProtocolJSON, operation
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		form, _ := url.ParseQuery(string(body)) // what cannot be read has no operation
		return ProtocolQuery, form.Get("Action")
	}
	return ProtocolCBOR, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
}

// route finds the operation of a REST request by method, path and the fixed part of the query.
func (s Service) route(r *http.Request) string {
	for _, name := range s.Names() {
		op := s.Operations[name]
		path, fixed, _ := strings.Cut(op.URI, "?")
		wanted, _ := url.ParseQuery(fixed)
		fits := op.Method == r.Method
		for key, values := range wanted {
			fits = fits && r.URL.Query().Has(key) && r.URL.Query().Get(key) == values[0]
		}
		if fits && pathOf(path).MatchString(r.URL.EscapedPath()) {
			return name
		}
	}
	return ""
}

// paths are the patterns that pathOf has made.
var paths sync.Map

// pathOf is the pattern of a path with labels, of which a greedy one may have slashes.
func pathOf(path string) *regexp.Regexp {
	if made, ok := paths.Load(path); ok {
		return made.(*regexp.Regexp)
	}
	pattern := uriLabel.ReplaceAllStringFunc(regexp.QuoteMeta(path), func(label string) string {
		if strings.HasSuffix(label, `\+\}`) {
			return `.+`
		}
		return `[^/]+`
	})
	made := regexp.MustCompile(`^` + strings.TrimSuffix(pattern, "/") + `/?$`)
	paths.Store(path, made)
	return made
}
