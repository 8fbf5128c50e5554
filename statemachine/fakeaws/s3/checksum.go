package s3

import (
	"crypto/md5"  //nolint:gosec // Content-MD5 is an MD5
	"crypto/sha1" //nolint:gosec // one of the checksums of S3
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// algorithms are the checksums of objects, by the last part of their headers; see "Checking object integrity in Amazon S3" in
// the Amazon S3 User Guide.
var algorithms = map[string]func() hash.Hash{
	"crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
	"sha1":      sha1.New,
	"sha256":    sha256.New,
}

// newer are the checksums that S3 has beside them.
var newer = []string{"md5", "sha512", "xxhash64", "xxhash3", "xxhash128"}

// usualAlgorithm is the checksum that S3 adds itself.
const usualAlgorithm = "crc64nvme"

const checksumHeader = "X-Amz-Checksum-"

// checksumOf is the checksum of a body as its header has it.
func checksumOf(algorithm string, body []byte) string {
	h := algorithms[algorithm]()
	_, _ = h.Write(body) // a hash takes everything
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// verify compares a body with all digests that the request has of it, in headers and trailers. It returns the algorithm of the
// checksum, which the object keeps.
func verify(h http.Header, trailers http.Header, body []byte) (algorithm string, rejection *wire.Error) {
	if err := verifyMD5(h.Get("Content-Md5"), body); err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	if hexed := h.Get("X-Amz-Content-Sha256"); len(hexed) == 2*len(sum) && hexed != hex.EncodeToString(sum[:]) {
		return "", wire.BadRequest("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	algorithm = usualAlgorithm
	found := false
	for name := range algorithms {
		given := h.Get(checksumHeader + name)
		if given == "" {
			given = trailers.Get(checksumHeader + name)
		}
		if given == "" {
			continue
		}
		algorithm, found = name, true
		want := checksumOf(name, body)
		if decoded, err := base64.StdEncoding.DecodeString(given); err != nil || base64.StdEncoding.EncodedLen(len(decoded)) != len(want) {
			return "", wire.BadRequest("InvalidRequest", "Value for x-amz-checksum-%s header is invalid.", name)
		}
		if given != want {
			return "", wire.BadRequest("BadDigest", "The %s you specified did not match the calculated checksum.", strings.ToUpper(name))
		}
	}
	asked := strings.ToLower(h.Get("X-Amz-Sdk-Checksum-Algorithm"))
	switch trailer := h.Get("X-Amz-Trailer"); {
	case slices.Contains(newer, asked):
		return "", wire.NotImplemented("the header X-Amz-Sdk-Checksum-Algorithm of PutObject with the value %s", asked)
	case asked != "" && algorithms[asked] == nil:
		return "", wire.BadRequest("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")
	case trailer != "" && trailers.Get(trailer) == "":
		return "", wire.BadRequest("MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
	case asked != "" && !found:
		return "", wire.BadRequest("InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	return algorithm, nil
}

func verifyMD5(given string, body []byte) *wire.Error {
	if given == "" {
		return nil
	}
	sum := md5.Sum(body) //nolint:gosec // not for security
	decoded, err := base64.StdEncoding.DecodeString(given)
	switch {
	case err != nil || len(decoded) != len(sum):
		return wire.BadRequest("InvalidDigest", "The Content-MD5 you specified was invalid.")
	case string(decoded) != string(sum[:]):
		return wire.BadRequest("BadDigest", "The Content-MD5 you specified did not match what we received.")
	}
	return nil
}

// checkLength compares a body that was sent in chunks with the length that the request says.
func checkLength(h http.Header, body []byte) *wire.Error {
	text := h.Get("X-Amz-Decoded-Content-Length")
	if text == "" {
		return nil
	}
	if n, err := strconv.Atoi(text); err != nil || n != len(body) {
		return wire.BadRequest("IncompleteBody", "The request body has %d bytes; x-amz-decoded-content-length says %s.", len(body), text)
	}
	return nil
}
