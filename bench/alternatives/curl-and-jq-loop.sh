# A step of a workflow, with shell: bash, as found where teams do this by hand: list the environments,
# then one group after another. A group that exists is read and compared. It neither retries nor paces itself.
echo "::add-mask::$INPUT_TOKEN"
api="$BASE_URI/api/v2"
groups="$api/engineering-insights/insights"
call() {
  curl --silent --show-error --fail-with-body --max-time 120 \
    --header "Authorization: $INPUT_TOKEN" --header 'LD-API-Version: beta' \
    --header 'Content-Type: application/json' "$@"
}

offset=0
while true; do
  page=$(call "$api/projects/$INPUT_PROJECT/environments?limit=100&offset=$offset")
  count=$(jq '.items | length' <<<"$page")
  while IFS=$'\t' read -r environment title; do
    key="$INPUT_PROJECT-$environment-all-apps"
    name="$title - All Apps"
    export key name environment
    body=$(jq -cn '{name: env.name, key: env.key, projectKey: env.INPUT_PROJECT, environmentKey: env.environment}')
    if call --output /dev/null --data "$body" "$groups/group"; then
      echo "Created $key"
    elif [[ "$(call "$groups/groups/$key" | jq -r .name)" != "$name" ]]; then
      patch=$(jq -cn '[{op: "replace", path: "/name", value: env.name}]')
      call --output /dev/null --request PATCH --data "$patch" "$groups/groups/$key"
      echo "Updated $key"
    fi
  done < <(jq -r '.items[] | [.key, .name] | @tsv' <<<"$page")
  offset=$((offset + count))
  [[ "$offset" -lt "$(jq .totalCount <<<"$page")" ]] || break
done
echo "key-count=$offset" >>"$GITHUB_OUTPUT"
