extension Canvas {
  /// The frame as text with the escape sequences of xterm's 256 colours, for `cat`.
  package func ansi(_ palette: Palette) -> String {
    var text = ""
    for y in 0..<height {
      for run in runs(inRow: y) { text += palette.escape(run.style) + run.text }
      text += "\u{1b}[0m\n"
    }
    return text
  }
}

extension Palette {
  /// The escape sequence that sets a style in xterm's 256 colours, whatever was set before.
  func escape(_ style: Style) -> String {
    let (ink, paper) = (ink(style.role, .indexed), paper(.indexed))
    var codes = "0"
    if ink.isBold { codes += ";1" }
    if style.isUnderlined { codes += ";4" }
    if style.isReversed { codes += ";7" }
    if paper >= 0 { codes += ";48;5;\(paper)" }
    if ink.color >= 0 { codes += ";38;5;\(ink.color)" }
    return "\u{1b}[\(codes)m"
  }
}
