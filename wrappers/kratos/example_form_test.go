package kratos_test

import (
	"encoding/json"
	"fmt"
	"html/template"
	"log"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A template takes a form as it is, with one HTML form for each method.
func ExampleForm() {
	client, stop := exampleClient()
	defer stop()

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
	if err := page.Execute(os.Stdout, flow.Form()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// <form action="http://127.0.0.1:4433/self-service/login?flow=f" method="POST">
	//   <label> <input type="hidden" name="csrf_token" value="" required></label>
	//   <label>Password <input type="password" name="password" value="" required></label>
	// </form>
}

// The second step of a registration brings the traits of the first.
func ExampleForm_Traits() {
	var form kratos.Form // of FlowResult.Flow, after a RegistrationProfile
	err := json.Unmarshal([]byte(`{"nodes":[
		{"type":"input","group":"default","attributes":{"name":"traits.email","type":"hidden","value":"ada@example.org"}},
		{"type":"input","group":"default","attributes":{"name":"traits.name.first","type":"hidden","value":"Ada"}},
		{"type":"input","group":"default","attributes":{"name":"traits.age","type":"hidden","value":36}}
	]}`), &form)
	if err != nil {
		log.Fatal(err)
	}
	next := kratos.RegistrationPassword{Traits: form.Traits(), Password: "correct horse battery staple"}
	fmt.Println(next.Traits)
	// Output: map[age:36 email:ada@example.org name:map[first:Ada]]
}
