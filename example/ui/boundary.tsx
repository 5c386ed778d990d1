import { Component, type ReactNode } from 'react';
import { Problems } from './problems.tsx';

/**
 * Shows a failure with a way out where a view's script does not load: the connection broke, or a new version has replaced it. Without it
 * React would leave an empty page.
 */
export class Boundary extends Component<{ children: ReactNode }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return <Problems problems={[{ code: 'OFFLINE' }]} onRetry={() => location.reload()} />;
  }
}
