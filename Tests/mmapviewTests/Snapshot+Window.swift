import Inspector

@testable import mmapview

extension Snapshot {
  /// What a window of a size shows.
  init(_ session: Session, _ interface: Interface, width: Int, height: Int) {
    let layout = session.layout(interface, width: width, height: height)
    self.init(session, interface, layout, width: width, height: height)
  }
}
