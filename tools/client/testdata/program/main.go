// Command program prints the requests that the client of the fictitious description sends.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/oapi-codegen/runtime/types"
)

func main() {
	base, err := url.Parse("http://birds.example.com/v1")
	if err != nil {
		panic(err)
	}
	c := gen.NewClient(base, printer{})
	ctx := context.Background()
	when := time.Date(2026, 11, 26, 16, 30, 0, 500, time.UTC)
	shape := gen.Shape{Colour: "blue & green", Size: 7}
	text := "a&b=c d|e,f"
	list := []string{"a&b", "c d", "e|f", "g,h"}
	none := []string{}

	get := func(name string, ids []string, label []int) {
		_, err := c.GetBirds(ctx, ids, when, shape, label, list)
		show(name, err)
	}
	get("path", []string{"a/b", "c,d", "..", "e?f"}, []int{1, 2})
	get("empty path", nil, nil)

	find := func(name string, params *gen.ListBirdsParams) {
		_, err := c.ListBirds(ctx, params)
		show(name, err)
	}
	must := []string{"m"}
	find("nothing", nil)
	find("only what is required", &gen.ListBirdsParams{Must: must})
	find("since", &gen.ListBirdsParams{Must: must, Since: &when})
	find("day", &gen.ListBirdsParams{Must: must, Day: &types.Date{Time: when}})
	find("exploded", &gen.ListBirdsParams{Must: must, Exploded: &list})
	find("exploded and empty", &gen.ListBirdsParams{Must: must, Exploded: &none})
	find("commas", &gen.ListBirdsParams{Must: must, Commas: &list})
	find("times", &gen.ListBirdsParams{Must: must, Times: &[]time.Time{when, when.Add(time.Hour)}})
	find("spaces", &gen.ListBirdsParams{Must: must, Spaces: &list})
	find("pipes", &gen.ListBirdsParams{Must: must, Pipes: &[]int{1, 2}})
	find("each pipe", &gen.ListBirdsParams{Must: must, EachPipe: &[]int{1, 2}})
	find("deep", &gen.ListBirdsParams{Must: must, Deep: &shape})
	find("deep list", &gen.ListBirdsParams{Must: must, DeepList: &list})
	find("deep and empty", &gen.ListBirdsParams{Must: must, DeepList: &none})
	find("shape", &gen.ListBirdsParams{Must: must, Shape: &shape})
	find("flat shape", &gen.ListBirdsParams{Must: must, FlatShape: &shape})
	find("free", &gen.ListBirdsParams{Must: must, Free: &map[string]string{"x": text}})
	find("free with an odd name", &gen.ListBirdsParams{Must: must, Free: &map[string]string{"s3cret&x": "s3cret"}})
	find("data", &gen.ListBirdsParams{Must: must, Data: &[]byte{0xfb, 0xff}})
	find("json", &gen.ListBirdsParams{Must: must, JSON: &shape})
	find("odd name", &gen.ListBirdsParams{Must: must, OddName: &text})
	find("number", &gen.ListBirdsParams{Must: must, Number: new(float32(0.5))})
	find("yes", &gen.ListBirdsParams{Must: must, Yes: new(false)})
	find("any", &gen.ListBirdsParams{Must: must, Any: new(any(text))})
	find("any that is nil", &gen.ListBirdsParams{Must: must, Any: new(any)})
	find("any that cannot be encoded", &gen.ListBirdsParams{Must: must, Any: new(any(func() string { return "s3cret" }))})
	find("header", &gen.ListBirdsParams{Must: must, XList: &list, XSince: &when, XShape: &shape})
	find("cookie", &gen.ListBirdsParams{Must: must, Flavour: new("sweet"), Crumbs: &[]int{1, 2}})
	find("cookie that is two", &gen.ListBirdsParams{Must: must, Flavour: new("s3cret; admin=1")})
	find("several", &gen.ListBirdsParams{Must: must, Yes: new(true), Commas: &[]string{"x"}, Exploded: &[]string{"z", "y"}})

	var nest gen.Nest
	if err := nest.FromTree(gen.Tree{Height: 9}); err != nil {
		panic(err)
	}
	_, err = c.CreateBird(ctx, gen.Bird{Kind: "owl", Feathers: 3, Nest: nest})
	show("body", err)
	_, err = c.PatchBird(ctx, -7, shape)
	show("form", err)

	decode("additional members", `{"kind":"owl","x":"y"}`, new(gen.OpenBird))
	decode("additional members of a union", `{"height":9,"kind":"tree","x":[1]}`, new(gen.OpenNest))
	decode("a union", `{"kind":"cliff","wind":"w"}`, new(gen.Nest))
	decode("an additional member of another type", `{"kind":"owl","x":7}`, new(gen.OpenBird))
}

// decode decodes and encodes a value.
func decode(name, text string, v any) {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		fmt.Printf("%s: error\n", name)
		return
	}
	again, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: %s\n", name, again)
}

func show(name string, err error) {
	if err != nil {
		fmt.Printf("%s: error: %v\n", name, err)
		return
	}
	fmt.Printf("%s: %s\n", name, last)
}

var last string

// printer records a request as net/http sends it.
type printer struct{}

func (printer) Do(r *http.Request) (*http.Response, error) {
	parts := []string{r.Method, r.URL.RequestURI()}
	for _, name := range []string{"Cookie", "X-List", "X-Shape", "X-Since", "Content-Type"} {
		if value := r.Header.Get(name); value != "" {
			parts = append(parts, name+": "+value)
		}
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		parts = append(parts, string(body))
	}
	last = strings.Join(parts, " | ")
	return nil, nil
}
