import { ApolloProvider } from '@apollo/client/react';
import { useEffect, useMemo, useState } from 'react';
import { createClient } from './api/client.ts';
import {
  type Config,
  loadConfig,
  type Organization,
  rememberOrganization,
  startingOrganization,
} from './api/config.ts';
import { type Problem, problemsOf } from './api/problems.ts';
import { Header } from './components/header.tsx';
import { Loading } from './components/loading.tsx';
import { Problems } from './components/problems.tsx';
import { currentRoute, navigate } from './route.tsx';
import { useLanguage } from './text/language.tsx';
import { Workspace } from './workspace.tsx';

interface Session {
  config: Config;
  organization: Organization;
}

/** Selects the organization. Everything below belongs to it. */
export function App() {
  const { text } = useLanguage();
  const [session, setSession] = useState<Session>();
  const [problems, setProblems] = useState<Problem[]>([]);

  useEffect(() => {
    const route = currentRoute();
    const orderId = route.view === 'order' ? route.orderId : undefined;
    loadConfig()
      .then(async (config) => setSession({ config, organization: await startingOrganization(config, orderId) }))
      .catch((error: unknown) => setProblems(problemsOf(error)));
  }, []);

  function switchTo(organization: Organization) {
    rememberOrganization(organization.id);
    setSession((before) => before && { ...before, organization });
    if (currentRoute().view !== 'topup') navigate({ view: 'topup' });
  }

  return (
    <>
      <a className="skip" href="#content">
        {text.skip}
      </a>
      <Header organizations={session?.config.organizations ?? []} current={session?.organization} onSwitch={switchTo} />
      <main id="content" tabIndex={-1}>
        <Problems problems={problems} />
        {session === undefined && problems.length === 0 && <Loading />}
        {session && <OrganizationSpace key={session.organization.id} organization={session.organization} />}
      </main>
      <footer className="foot">
        {session?.config.mailboxUrl && <a href={session.config.mailboxUrl}>{text.mailbox}</a>}
      </footer>
    </>
  );
}

function OrganizationSpace({ organization }: { organization: Organization }) {
  const client = useMemo(() => createClient(organization.token), [organization.token]);
  return (
    <ApolloProvider client={client}>
      <Workspace organizationId={organization.id} />
    </ApolloProvider>
  );
}
