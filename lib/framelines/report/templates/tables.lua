-- Tables of a page of prose are scrolled where they are wide, also by keyboard.
local number = 0

function Table(t)
  number = number + 1
  local about = { { "role", "region" }, { "tabindex", "0" }, { "aria-label", "Table " .. number } }
  return pandoc.Div({ t }, pandoc.Attr("", { "scroll" }, about))
end
