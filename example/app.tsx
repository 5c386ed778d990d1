import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  type Config,
  loadConfig,
  type Organization,
  rememberOrganization,
  startingOrganization,
} from './api/config.ts';
import { createGraph } from './api/graph.ts';
import { type Session, SessionContext } from './api/session.tsx';
import { currentRoute, navigate } from './route.tsx';
import { useLanguage } from './text/language.tsx';
import { Boundary } from './ui/boundary.tsx';
import { Header } from './ui/header.tsx';
import { Problems } from './ui/problems.tsx';
import { Skeleton } from './ui/skeleton.tsx';
import { Workspace } from './workspace.tsx';

/** Selects the organization. Everything below belongs to it. */
export function App() {
  const { text } = useLanguage();
  const [config, setConfig] = useState<Config>();
  const [organization, setOrganization] = useState<Organization>();
  const [hasFailed, setFailed] = useState(false);
  const [hasSupport, setSupport] = useState(false);

  useEffect(() => {
    const route = currentRoute();
    const orderId = 'orderId' in route ? route.orderId : undefined;
    loadConfig()
      .then(async (loaded) => {
        setOrganization(await startingOrganization(loaded, orderId));
        setConfig(loaded);
      })
      .catch(() => setFailed(true));
  }, []);

  const offerSupport = useCallback(() => setSupport(true), []);

  function switchTo(next: Organization) {
    rememberOrganization(next.id);
    setOrganization(next);
    const { view } = currentRoute();
    if (view !== 'topup' && view !== 'support') navigate({ view: 'topup' });
  }

  /** Support reads any organization, also one that the page's server does not name, with the token that it has. */
  const visit = useCallback(
    (id: string) =>
      setOrganization((from) =>
        from?.id === id
          ? from
          : (config?.organizations.find((each) => each.id === id) ?? (from && { ...from, id, name: '' })),
      ),
    [config],
  );

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
function withCurrent(known: readonly Organization[], current: Organization | undefined): readonly Organization[] {
  if (current === undefined || known.some(({ id }) => id === current.id)) return known;
  return [current, ...known];
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
