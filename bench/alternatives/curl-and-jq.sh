# A step of a workflow, with shell: bash. It checks its inputs, tells an error from a success, writes
# outputs and a summary. It neither retries nor reconciles.
echo "::add-mask::$INPUT_TOKEN"
for name in INPUT_NAME INPUT_KEY INPUT_PROJECT INPUT_ENVIRONMENT INPUT_TOKEN; do
  if [[ -z "${!name}" ]]; then
    echo "::error::$name is blank"
    exit 1
  fi
done
for key in "$INPUT_KEY" "$INPUT_PROJECT" "$INPUT_ENVIRONMENT"; do
  if [[ ! "$key" =~ ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$ ]]; then
    echo "::error::not a key"
    exit 1
  fi
done

body=$(jq -cn '{
  name: env.INPUT_NAME,
  key: env.INPUT_KEY,
  projectKey: env.INPUT_PROJECT,
  environmentKey: env.INPUT_ENVIRONMENT,
  applicationKeys: (env.INPUT_APPLICATIONS | split(","))
}')
answer=$(curl --silent --show-error --max-time 120 --write-out '\n%{http_code}' \
  --header "Authorization: $INPUT_TOKEN" --header 'LD-API-Version: beta' \
  --header 'Content-Type: application/json' --data "$body" \
  "$BASE_URI/api/v2/engineering-insights/insights/group")
status=${answer##*$'\n'}
group=${answer%$'\n'*}
if [[ "$status" != 201 ]]; then
  echo "::error::LaunchDarkly answered $status: $(jq -r '.message' <<<"$group")"
  exit 1
fi

jq -r '"key=\(.key)", "name=\(.name)", "group=\(tojson)"' <<<"$group" >>"$GITHUB_OUTPUT"
jq -r '"## Insight group", "", "| Key | Name | Project | Environment |", "| --- | --- | --- | --- |",
  "| \(.key) | \(.name) | \(.projectKey) | \(.environmentKey) |"' <<<"$group" >>"$GITHUB_STEP_SUMMARY"
echo "Created $INPUT_KEY"
