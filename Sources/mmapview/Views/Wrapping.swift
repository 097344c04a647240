/// Breaks a line at blanks to fit a width; what follows the first part is set in.
func wrapped(_ line: String, _ width: Int) -> [String] {
  var parts: [String] = []
  var rest = line[...]
  while rest.count > width, width > 8 {
    let part = rest.prefix(width)
    let end = part.lastIndex(of: " ").map {
      $0 > part.index(part.startIndex, offsetBy: width / 2) ? $0 : part.endIndex
    }
    parts.append(String(rest[..<(end ?? part.endIndex)]))
    rest = "  " + rest[(end ?? part.endIndex)...].drop { $0 == " " }
  }
  return parts + [String(rest)]
}
