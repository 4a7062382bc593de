-- From a page to Typst: images with their words, tables whose words fit, links to what is there.
local ROOM = 118 -- characters of a table's type on a line of the full width
local LONGEST = 28 -- letters of a word that is not broken
local known = {}

local function length(text) return utf8.len(text) or #text end

-- A text with `mark` wherever a long word may be broken.
local function breakable(text, mark)
  local long = ("[%w%p]"):rep(LONGEST)
  return (text:gsub("[-_/]", "%0" .. mark):gsub(long, "%0" .. mark))
end

function Image(image)
  if not image.src:match("^/figures/") then return {} end
  local alt = pandoc.utils.stringify(image.caption):gsub('[\\"]', "\\%0")
  local code = '#image("%s", alt: "%s", width: 100%%)'
  return pandoc.RawInline("typst", code:format(image.src, alt))
end

function Link(link)
  local inside = link.target:match("^#(.+)")
  if (inside and known[inside]) or link.target:match("^https?://") then return nil end
  return link.content
end

function Div(div)
  if div.classes:includes("finding") or div.classes:includes("verdict") then
    local name = div.classes[1]
    local label = div.identifier ~= "" and "] <" .. div.identifier .. ">" or "]"
    table.insert(div.content, 1, pandoc.RawBlock("typst", "#" .. name .. "["))
    div.content:insert(pandoc.RawBlock("typst", label))
    return div.content
  end
  if div.identifier == "" then return div.content end
end

-- Every row of a table, as the text of its cells.
local function each_row(t, visit)
  for _, row in ipairs(t.head.rows) do visit(row) end
  for _, body in ipairs(t.bodies) do
    for _, row in ipairs(body.body) do visit(row) end
  end
end

function Table(t)
  local word, cell, least, most = {}, {}, 0, 0
  each_row(t, function(row)
    for i, c in ipairs(row.cells) do
      local text = pandoc.utils.stringify(c.contents)
      cell[i] = math.max(cell[i] or 1, length(text))
      for part in breakable(text, " "):gmatch("%S+") do
        word[i] = math.max(word[i] or 1, length(part))
      end
      if c.classes:includes("number") then t.colspecs[i][1] = pandoc.AlignRight end
    end
  end)
  for i = 1, #t.colspecs do
    word[i], cell[i] = (word[i] or 1) + 2.5, (cell[i] or 1) + 2.5
    least, most = least + word[i], most + cell[i]
  end
  -- What is too wide is wrapped: each column has its longest word, and a share of what is left.
  local size = least > ROOM and 8 * ROOM / least or 8
  if most > ROOM then
    local more, room = 0, math.max(ROOM, least)
    for i = 1, #t.colspecs do more = more + (cell[i] - word[i]) ^ 0.7 end
    for i, spec in ipairs(t.colspecs) do
      local free = more > 0 and (room - least) * (cell[i] - word[i]) ^ 0.7 / more or 0
      spec[2] = (word[i] + free) / room
    end
  end
  t = t:walk({ Str = function(s) return pandoc.Str(breakable(s.text, "\u{200b}")) end })
  local before = ("#[#set text(size: %.2fpt)"):format(size)
  return { pandoc.RawBlock("typst", before), t, pandoc.RawBlock("typst", "]") }
end

local function remember(element)
  if element.identifier ~= "" then known[element.identifier] = true end
end

return {
  { Div = remember, Figure = remember },
  { Image = Image, Link = Link, Table = Table, Div = Div,
    Header = function(h) return pandoc.Header(h.level, h.content) end },
}
