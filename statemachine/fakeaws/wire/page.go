package wire

import (
	"fmt"
	"strconv"
)

// Page cuts a page out of n things; the token is the place where the next page begins.
func Page(n int, token string, size, atMost int) (from, to int, next string, err *Error) {
	if size < 0 || size > atMost {
		return 0, 0, "", BadRequest("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy "+
			"constraint: Member must have value between 0 and %d", size, atMost)
	}
	if size == 0 {
		size = min(100, atMost)
	}
	from, bad := place(token)
	if bad != nil || from > n {
		return 0, 0, "", BadRequest("InvalidToken", "Invalid Token: '%s'", token)
	}
	to = min(n, from+size)
	if to < n {
		next = strconv.Itoa(to)
	}
	return from, to, next, nil
}

// place reads a token.
func place(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(token)
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is no place", n)
	}
	return n, err
}
