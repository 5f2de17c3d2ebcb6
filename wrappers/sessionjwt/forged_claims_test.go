package sessionjwt_test

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

func forgedEncodings(now time.Time) []forged {
	valid := token(claimsAt(now))
	parts := strings.Split(valid, ".")
	signature := must(base64.RawURLEncoding.DecodeString(parts[2]))
	flattened := `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`
	general := `{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"` + parts[2] + `"},{"protected":"` + parts[0] + `","signature":"AA"}]}`
	var all []forged
	for name, token := range map[string]string{
		"nothing": "", "a point": ".", "two points": "..", "three points": "...", "a word": canary, "two parts": parts[0] + "." + parts[1],
		"four parts": valid + ".AAAA", "five parts, as if encrypted": valid + ".AAAA.AAAA", "two tokens": valid + valid, "two tokens with a comma": valid + "," + valid,
		"JSON": flattened, "JSON with two signatures": general, "the scheme before it": "Bearer " + valid,
		"a space before it": " " + valid, "a newline after it": valid + "\n", "a newline in the payload": parts[0] + "." + parts[1][:8] + "\n" + parts[1][8:] + "." + parts[2],
		"a carriage return in the signature": parts[0] + "." + parts[1] + "." + parts[2][:8] + "\r\n" + parts[2][8:], "a tab in the header": parts[0] + "\t." + parts[1] + "." + parts[2],
		"a NUL after it": valid + "\x00", "padding": valid + "==", "an escaped point": parts[0] + "%2E" + parts[1] + "." + parts[2],
		"the standard alphabet":    parts[0] + "." + parts[1] + "." + base64.RawStdEncoding.EncodeToString([]byte{0xfb, 0xff, 0xfe}) + "AAAA",
		"bits after the signature": parts[0] + "." + parts[1] + "." + trailingBits(parts[2], len(signature)), "no header": "." + parts[1] + "." + parts[2],
		"no payload": parts[0] + ".." + parts[2], "no signature": parts[0] + "." + parts[1] + ".", "a lone character in a part": parts[0] + "." + parts[1] + "." + parts[2] + "AAA",
		"more than 32 KiB": token(claimsAt(now).with("a", strings.Repeat("a", 32<<10))),
	} {
		all = append(all, forged{name, token, sessionjwt.ErrMalformed})
	}
	return all
}

// trailingBits returns base64url of so many bytes that decodes to the same bytes as part.
func trailingBits(part string, size int) string {
	if size%3 == 0 {
		panic("no bits after the last byte")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, part[len(part)-1])
	return part[:len(part)-1] + alphabet[last+1:last+2]
}

// forgedJSON are payloads that are signed, as a claims mapper could make them.
func forgedJSON(time.Time) []forged {
	var all []forged
	for name, payload := range map[string]string{
		"empty": "", "null": "null", "an array": "[]", "a string": `"` + canary + `"`, "a number": "1", "truncated": `{"sub":"a"`,
		"followed by another":         `{"sub":"a","exp":9999999999} {}`,
		"with a claim twice":          `{"sub":"a","exp":1,"exp":9999999999}`,
		"with a claim twice, escaped": `{"sub":"a","\u0073ub":"b","exp":9999999999}`,
		"not in UTF-8":                "{\"sub\":\"\xff\",\"exp\":9999999999}",
		"nested too deep":             `{"sub":"a","exp":9999999999,"a":` + strings.Repeat("[", 12_000) + strings.Repeat("]", 12_000) + `}`,
	} {
		all = append(all, forged{"a payload that is " + name, token(payload), sessionjwt.ErrMalformed})
	}
	return all
}

func forgedTimes(now time.Time) []forged {
	claims := claimsAt(now)
	var all []forged
	for _, claim := range []string{"exp", "nbf", "iat"} {
		for name, value := range map[string]any{
			"a string": "9999999999", "an empty string": "", "negative": -1, "after the year 9999": 253402300800, "huge": 1e300,
			"an array": []int{1}, "an object": object{"seconds": 1}, "true": true,
		} {
			all = append(all, forged{claim + " is " + name, token(claims.with(claim, value)), sessionjwt.ErrMalformed})
		}
	}
	return append(all,
		forged{"no exp", token(claims.without("exp")), sessionjwt.ErrMalformed},
		forged{"exp is null", token(claims.with("exp", nil)), sessionjwt.ErrMalformed},
		forged{"exp is 0", token(claims.with("exp", 0)), sessionjwt.ErrExpired},
		forged{"exp is in milliseconds", token(claims.with("exp", now.UnixMilli())), sessionjwt.ErrMalformed},
		forged{"exp in upper case beside the right one", token(claims.without("exp").with("EXP", 9999999999)), sessionjwt.ErrMalformed},
		forged{"it has expired", token(claims.with("exp", now.Add(-time.Minute).Unix())), sessionjwt.ErrExpired},
		forged{"nbf is in the future", token(claims.with("nbf", now.Add(30*time.Second).Unix())), sessionjwt.ErrNotYetValid},
		forged{"iat is in the future", token(claims.with("iat", now.Add(30*time.Second).Unix())), sessionjwt.ErrNotYetValid},
	)
}

func forgedClaims(now time.Time) []forged {
	claims := claimsAt(now)
	var all []forged
	for name, value := range map[string]any{"empty": "", "null": nil, "a number": 1, "an array": []string{identityID}, "an object": object{}} {
		all = append(all, forged{"sub is " + name, token(claims.with("sub", value)), sessionjwt.ErrMalformed})
	}
	for name, value := range map[string]any{
		"another": "https://attacker.example/", "empty": "", "null": nil, "without its slash": strings.TrimSuffix(testIssuer, "/"),
		"in upper case": strings.ToUpper(testIssuer), "longer": testIssuer + ".attacker.example", "with a space": testIssuer + " ",
	} {
		all = append(all, forged{"iss is " + name, token(claims.with("iss", value)), sessionjwt.ErrIssuer})
	}
	for name, tc := range map[string]struct {
		value any
		want  error
	}{
		"a string": {"another service", sessionjwt.ErrAudience}, "an array": {[]string{"a", "b"}, sessionjwt.ErrAudience}, "an empty string": {"", sessionjwt.ErrAudience},
		"a number": {1, sessionjwt.ErrMalformed}, "an array of others": {[]any{"a", 1}, sessionjwt.ErrMalformed}, "an object": {object{"a": 1}, sessionjwt.ErrMalformed},
	} {
		all = append(all, forged{"aud is " + name, token(claims.with("aud", tc.value)), tc.want})
	}
	return append(all,
		forged{"no sub", token(claims.without("sub")), sessionjwt.ErrMalformed},
		forged{"no iss", token(claims.without("iss")), sessionjwt.ErrIssuer},
		forged{"iss is an array", token(claims.with("iss", []string{testIssuer})), sessionjwt.ErrMalformed},
		forged{"sid is a number", token(claims.with("sid", 1)), sessionjwt.ErrMalformed},
		forged{"jti is an object", token(claims.with("jti", object{})), sessionjwt.ErrMalformed},
		forged{"a claim of the program with another type", token(claims.with("role", []string{canary})), sessionjwt.ErrMalformed},
	)
}
