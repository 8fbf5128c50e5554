package wire

import (
	"encoding/base64"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// typed reads the text of a form as its shape has it; a text that does not fit stays a text, which fit rejects.
func typed(text string, shape Shape) cbor.Value {
	switch s := shape.(type) {
	case Whole:
		return typed(text, KindInteger)
	case Kind:
		return s.read(text)
	}
	return cbor.String(text)
}

func (k Kind) read(text string) cbor.Value {
	switch k {
	case KindBool:
		if text == "true" || text == "false" {
			return cbor.Bool(text == "true")
		}
	case KindInteger:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return whole(n)
		}
	case KindNumber:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return wholeOrFloat(n)
		}
	case KindBlob:
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			return cbor.Slice(b)
		}
	case KindTime, KindDateTime:
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return Timestamp(t)
		}
	case KindHTTPDate:
		if t, err := time.Parse(http.TimeFormat, text); err == nil {
			return Timestamp(t)
		}
	case KindEpoch:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return &cbor.Tag{ID: 1, Value: cbor.Float64(n)}
		}
	}
	return cbor.String(text)
}

// write is the opposite of read for times and binary data; usual is the protocol's own format of a time.
func (k Kind) write(v cbor.Value, usual Kind) (text string, ok bool) {
	switch v := v.(type) {
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v), true
	case *cbor.Tag:
		seconds, _ := cbor.AsFloat64(v.Value)
		if k == KindTime || k == "" {
			k = usual
		}
		t := time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
		switch k {
		case KindEpoch:
			return strconv.FormatFloat(seconds, 'f', -1, 64), true
		case KindHTTPDate:
			return t.Format(http.TimeFormat), true
		}
		return t.Format(TimeFormat), true
	}
	return "", false
}

// wholeOrFloat keeps whole numbers whole: readers of integers accept nothing else.
func wholeOrFloat(n float64) cbor.Value {
	if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		return whole(int64(n))
	}
	return cbor.Float64(n)
}

func whole(n int64) cbor.Value {
	if n < 0 {
		return cbor.NegInt(-n)
	}
	return cbor.Uint(n)
}

// notFinite is the text of a number that JSON and XML have no digits for.
func notFinite(f float64) (text string, is bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strings.Replace(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"), "Inf", "Infinity", 1), true
	}
	return "", false
}
