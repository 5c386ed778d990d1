import { useCallback, useMemo, useState } from 'react';
import type { Organization } from './api/config.ts';
import { createGraph } from './api/graph.ts';
import { type Session, SessionContext } from './api/session.tsx';
import { useOrganization } from './api/use-organization.ts';
import { currentRoute, navigate } from './route.tsx';
import { useLanguage } from './text/language.tsx';
import { Boundary } from './ui/boundary.tsx';
import { Header } from './ui/header.tsx';
import { Problems } from './ui/problems.tsx';
import { Skeleton } from './ui/skeleton.tsx';
import { Workspace } from './workspace.tsx';

/** The frame of the page: everything in it belongs to the selected organization. */
export function App() {
  const { text } = useLanguage();
  const { config, organization, hasFailed, select, visit } = useOrganization();
  const [hasSupport, setSupport] = useState(false);
  const offerSupport = useCallback(() => setSupport(true), []);

  function switchTo(next: Organization) {
    select(next);
    const { view } = currentRoute();
    if (view !== 'topup' && view !== 'support') navigate({ view: 'topup' });
  }

  return (
    <>
      <a className="skip" href="#content">
        {text.common.skip}
      </a>
      <Header
        organizations={withCurrent(config?.organizations ?? [], organization)}
        current={organization}
        hasSupport={hasSupport}
        onSwitch={switchTo}
      />
      <main id="content" tabIndex={-1}>
        {hasFailed && <Problems problems={[{ code: 'OFFLINE' }]} onRetry={() => location.reload()} />}
        {organization === undefined && !hasFailed && (
          <Skeleton shape={currentRoute().view === 'topup' ? 'choose' : 'order'} />
        )}
        {organization && (
          <OrganizationSpace
            key={organization.id}
            organization={organization}
            visit={visit}
            offerSupport={offerSupport}
          />
        )}
      </main>
      <footer className="foot">{config?.mailboxUrl && <a href={config.mailboxUrl}>{text.common.mailbox}</a>}</footer>
    </>
  );
}

/** The organizations to choose from, with the one that support visits. */
function withCurrent(named: readonly Organization[], current: Organization | undefined): readonly Organization[] {
  if (current === undefined || named.some(({ id }) => id === current.id)) return named;
  return [current, ...named];
}

type SpaceProps = Pick<Session, 'organization' | 'visit' | 'offerSupport'>;

function OrganizationSpace({ organization, visit, offerSupport }: SpaceProps) {
  const session = useMemo(
    () => ({ organization, graph: createGraph(organization.id, organization.token), visit, offerSupport }),
    [organization, visit, offerSupport],
  );
  return (
    <SessionContext value={session}>
      <Boundary>
        <Workspace />
      </Boundary>
    </SessionContext>
  );
}
