export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Each asks `ladderlock complete` with the words up to the cursor, and completes files where it answers nothing. */
export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_ladderlock() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  mapfile -t COMPREPLY < <(ladderlock complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _ladderlock ladderlock
`,
  zsh: `#compdef ladderlock
_ladderlock() {
  local -a found
  found=("\${(@f)$(ladderlock complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
if [[ "$funcstack[1]" == "_ladderlock" ]]; then _ladderlock; else compdef _ladderlock ladderlock; fi
`,
  fish: `function __ladderlock
    set -l words (commandline -opc) (commandline -ct)
    set -l found (ladderlock complete -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c ladderlock -f -a '(__ladderlock)'
`,
};
