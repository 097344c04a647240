extension Canvas {
  /// The frame as text with the escape sequences of xterm's 256 colours, for `cat`.
  public func ansi(_ palette: Palette) -> String {
    let paper = palette.paper(.indexed)
    let ground = paper < 0 ? "" : ";48;5;\(paper)"
    var text = ""
    for y in 0..<height {
      for run in runs(inRow: y) {
        let ink = palette.ink(run.style.role, .indexed)
        text += "\u{1b}[0\(ink.isBold ? ";1" : "")\(run.style.isReversed ? ";7" : "")\(ground)"
        text += ink.color < 0 ? "m" : ";38;5;\(ink.color)m"
        text += run.text
      }
      text += "\u{1b}[0m\n"
    }
    return text
  }
}
