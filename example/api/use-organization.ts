import { useCallback, useEffect, useState } from 'react';
import { currentRoute } from '../route.tsx';
import { type Config, loadConfig, type Organization, rememberOrganization, startingOrganization } from './config.ts';

/** Loads the page's configuration, and selects the organization that the page is about; undefined until both are known. */
export function useOrganization() {
  const [config, setConfig] = useState<Config>();
  const [organization, setOrganization] = useState<Organization>();
  const [hasFailed, setFailed] = useState(false);

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

  function select(next: Organization) {
    rememberOrganization(next.id);
    setOrganization(next);
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

  return { config, organization, hasFailed, select, visit };
}
