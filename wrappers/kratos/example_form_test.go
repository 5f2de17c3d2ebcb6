package kratos_test

import (
	"fmt"
	"html/template"
	"log"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// A template takes a form as it is, with one HTML form for each method.
func ExampleForm() {
	client, _, _ := exampleClient()

	page := template.Must(template.New("form.html").Parse(`
		{{- $form := .}}
		{{- range .Messages}}<p>{{.Text}}</p>{{end}}
		{{- range $group := .Groups}}<form action="{{$form.Action}}" method="{{$form.Method}}">
			{{- range $form.Shared}}{{template "node" .}}{{end}}
			{{- range $form.Group $group}}{{template "node" .}}{{end}}
</form>
		{{- end}}
		{{- define "node"}}
			{{- if .Button}}
  <button name="{{.Name}}" value="{{.Value}}">{{.Label.Text}}</button>
			{{- else if eq .Type "input"}}
  <label>{{.Label.Text}} <input type="{{.InputType}}" name="{{.Name}}" value="{{.Value}}"{{if .Required}} required{{end}}></label>
			{{- end}}
			{{- range .Messages}}<em>{{.Text}}</em>{{end}}
		{{- end}}`))
	flow, err := client.Login.Start(ctx)
	if err != nil {
		log.Fatal(err)
	}
	var html strings.Builder
	if err := page.Execute(&html, flow.Form()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.ReplaceAll(html.String(), flow.UI.Action, "…"))
	// Output:
	// <form action="…" method="POST">
	//   <label> <input type="hidden" name="csrf_token" value="" required></label>
	//   <label>Email <input type="text" name="identifier" value="" required></label>
	//   <button name="method" value="code">Send me a code</button>
	// </form><form action="…" method="POST">
	//   <label> <input type="hidden" name="csrf_token" value="" required></label>
	//   <label>Email <input type="text" name="identifier" value="" required></label>
	//   <label>Password <input type="password" name="password" value="" required></label>
	//   <button name="method" value="password">Log in with a password</button>
	// </form>
}

// The second step of a registration brings the traits of the first.
func ExampleForm_Traits() {
	k := kratostest.New(exampleTB{})
	traits := map[string]any{"email": email, "name": map[string]string{"first": "Ada"}, "newsletter": true}
	step, err := k.Client().Registration.Do(ctx, kratos.RegistrationProfile{Traits: traits})
	if err != nil {
		log.Fatal(err)
	}
	next := kratos.RegistrationPassword{Traits: step.Flow.Form().Traits(), Password: password}
	fmt.Println(next.Traits)
	// Output: map[email:ada@example.org name:map[first:Ada] newsletter:true]
}
