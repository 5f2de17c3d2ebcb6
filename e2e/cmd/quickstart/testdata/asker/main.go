// Command asker is an example for tests: it registers a person and asks for the code from the
// email. With ASK_AGAIN set it asks for a second code, which is never sent. It exits with status 7.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
)

func main() {
	public := flag.String("public", "", "")
	admin := flag.String("admin", "", "")
	flag.Parse()

	res, err := http.Get(*admin + "/admin/health/ready")
	must(err)
	res.Body.Close()
	res, err = http.Get(*public + "/self-service/registration/api")
	must(err)
	var flow struct {
		UI struct{ Action string }
	}
	must(json.NewDecoder(res.Body).Decode(&flow))
	body := []byte(`{"method":"password","password":"correct horse battery","traits":{"email":"ada@example.com"}}`)
	res, err = http.Post(flow.UI.Action, "application/json", bytes.NewReader(body))
	must(err)
	fmt.Println("registered:", res.Status)

	fmt.Print("The ")
	fmt.Print("code: ")
	var code string
	_, err = fmt.Scanln(&code)
	must(err)
	fmt.Printf("got %q\n", code)

	if os.Getenv("ASK_AGAIN") != "" {
		fmt.Print("Another code: ")
		_, err = fmt.Scanln(&code)
		must(err)
	}
	os.Exit(7)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "asker:", err)
		os.Exit(1)
	}
}
