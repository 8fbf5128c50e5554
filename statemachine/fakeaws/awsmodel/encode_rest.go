package awsmodel

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// restRequest places each member of an input where the model says: path, query, header, payload or body.
func (s Service) restRequest(base string, op Operation, input map[string]any) *http.Request {
	shape := s.Resolve(op.Input)
	path, query, header := op.URI, url.Values{}, http.Header{}
	path, fixed, _ := strings.Cut(path, "?")
	body := map[string]any{}
	for name, value := range input {
		if _, known := shape.Members[name]; !known && !s.hasBody(shape) {
			query.Set(name, text(value, ""))
			continue
		}
		member := s.Resolve(shape.Members[name])
		place := orName(member.LocationName, name)
		switch member.Location {
		case "uri":
			path = label(path, place, text(value, ""))
		case "querystring":
			addQuery(query, place, value)
		case "header":
			header.Set(place, headerText(value, orName(member.TimestampFormat, "rfc822")))
		case "headers":
			for key, v := range asMap(value) {
				header.Set(place+key, text(v, ""))
			}
		default:
			body[name] = value
		}
	}
	path = unfilled(path)
	if fixed != "" {
		fixed += "&"
	}
	r := newRequest(op.Method, base+path+"?"+fixed+query.Encode(), s.restBody(op, shape, body))
	maps.Copy(r.Header, header)
	return r
}

// hasBody says whether the body of a request has members by name, so that what the model does not have can be there.
func (s Service) hasBody(shape Shape) bool {
	for name, ref := range shape.Members {
		if member := s.Resolve(ref); member.Location == "" && name != shape.Payload {
			return true
		}
	}
	return false
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// label fills one label of a path; a greedy one, {Key+}, keeps its slashes.
func label(path, name, value string) string {
	path = strings.Replace(path, "{"+name+"+}", strings.ReplaceAll(url.PathEscape(value), "%2F", "/"), 1)
	return strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
}

// unfilled removes the labels that the input does not fill.
func unfilled(path string) string {
	for {
		before, rest, found := strings.Cut(path, "{")
		if !found {
			return path
		}
		_, after, _ := strings.Cut(rest, "}")
		path = before + after
	}
}

func addQuery(query url.Values, name string, value any) {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			query.Add(name, text(v, "iso8601"))
		}
	case map[string]any:
		for key, v := range value {
			query.Set(key, text(v, "iso8601"))
		}
	default:
		query.Set(name, text(value, "iso8601"))
	}
}

func headerText(value any, format string) string {
	list, ok := value.([]any)
	if !ok {
		return text(value, format)
	}
	var parts []string
	for _, v := range list {
		parts = append(parts, text(v, format))
	}
	return strings.Join(parts, ",")
}

// restBody is the payload member, or the members that have no other place.
func (s Service) restBody(op Operation, shape Shape, body map[string]any) []byte {
	if shape.Payload != "" {
		member, value := shape.Members[shape.Payload], body[shape.Payload]
		switch v := value.(type) {
		case nil:
			return nil
		case []byte:
			return v
		case string:
			return []byte(v)
		}
		return s.xmlDocument(orName(member.LocationName, member.Shape), member, value)
	}
	if len(body) == 0 {
		return nil
	}
	if s.Protocol == ProtocolRestJSON {
		return s.jsonBody(op.Input, body)
	}
	return s.xmlDocument(orName(op.Input.LocationName, op.Input.Shape), op.Input, body)
}

func (s Service) xmlDocument(element string, ref Shape, v any) []byte {
	var b bytes.Buffer
	namespace := ""
	if object, ok := ref.XMLNamespace.(map[string]any); ok {
		namespace = fmt.Sprintf(` xmlns="%s"`, object["uri"])
	}
	fmt.Fprintf(&b, "<%s%s>", element, namespace)
	s.writeXML(&b, ref, v)
	fmt.Fprintf(&b, "</%s>", element)
	return b.Bytes()
}

// writeXML writes the content of an element.
func (s Service) writeXML(b *bytes.Buffer, ref Shape, v any) {
	shape := s.Resolve(ref)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			member := shape.Members[name]
			s.writeMember(b, orName(member.LocationName, name), member, v[name])
		}
	case []any:
		for _, value := range v {
			s.writeMember(b, orName(shape.Member.LocationName, "member"), *shape.Member, value)
		}
	default:
		_ = xml.EscapeText(b, []byte(text(v, orName(shape.TimestampFormat, "iso8601")))) // a buffer takes everything
	}
}

func (s Service) writeMember(b *bytes.Buffer, name string, ref Shape, v any) {
	list, isList := v.([]any)
	if isList && s.Resolve(ref).Flattened {
		for _, value := range list {
			s.writeMember(b, name, *s.Resolve(ref).Member, value)
		}
		return
	}
	fmt.Fprintf(b, "<%s>", name)
	s.writeXML(b, ref, v)
	fmt.Fprintf(b, "</%s>", name)
}
